package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// maxAnswer bounds what a keyring may print.
const maxAnswer = 1 << 20

// KeyringCommand asks the program keyring at path, which runs with environ and
// without input. A keyring from before 25.2.1 can give passwords of known users
// alone. A keyring that says no, for whatever reason, has found nothing.
func KeyringCommand(path string, environ []string) Keyring {
	return func(ctx context.Context, place, user string) (string, string, error) {
		args := []string{"--mode=creds", "--output=json", "get", place}
		if user != "" {
			args = append(args, user)
		}
		out, old, err := runKeyring(ctx, path, environ, args)
		switch {
		case err != nil:
			return "", "", err
		case old && user == "":
			return "", "", errors.New("it cannot be asked without a user's name; version 25.2.1 and newer can")
		case old:
			out, _, err = runKeyring(ctx, path, environ, []string{"get", place, user})
			password := strings.TrimRight(string(out), "\r\n")
			if err != nil || password == "" {
				return "", "", err
			}
			return user, password, nil
		case len(out) == 0:
			return "", "", nil
		}
		var found struct{ Username, Password string }
		if json.Unmarshal(out, &found) != nil {
			return "", "", errors.New("its answer is not in JSON") // the decoder's error might show it
		}
		return found.Username, found.Password, nil
	}
}

// runKeyring gives what keyring prints, nothing where it fails; old is true if
// it does not know the options.
func runKeyring(ctx context.Context, path string, environ, args []string) (out []byte, old bool, err error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(append([]string{}, environ...), "PYTHONIOENCODING=utf-8")
	stdout, stderr := &head{}, &head{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = time.Second // a child of its own may hold the pipes
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, false, ctx.Err()
	case errors.As(err, &exit):
		text := stderr.text.String()
		old = exit.ExitCode() == 2 && strings.Contains(text, "--mode=creds") && strings.Contains(text, "unrecognized arguments")
		return nil, old, nil
	case err != nil:
		return nil, false, fmt.Errorf("run %s: %w", path, plain(err))
	case stdout.more:
		return nil, false, errors.New("its answer is too long")
	}
	return stdout.text.Bytes(), false, nil
}

// head keeps the first maxAnswer bytes of what is written.
type head struct {
	text bytes.Buffer
	more bool // there were more
}

func (h *head) Write(data []byte) (int, error) {
	room := min(len(data), maxAnswer-h.text.Len())
	h.text.Write(data[:room])
	h.more = h.more || room < len(data)
	return len(data), nil
}
