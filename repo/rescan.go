package repo

import "context"

func rescan(ctx context.Context, now *current, o Options, wanted *edits) error { return errNotBuilt }
