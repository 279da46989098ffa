//go:build !linux

package store

// syncAll exists on Linux only.
func syncAll(string) error { return nil }

// canSyncAll says that syncAll stands for syncing each file.
const canSyncAll = false
