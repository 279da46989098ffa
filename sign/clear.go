package sign

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Lines of a cleartext signature (RFC 9580, 7).
const (
	clearBegin = "-----BEGIN PGP SIGNED MESSAGE-----"
	clearSig   = "-----BEGIN PGP SIGNATURE-----"
	clearEnd   = "-----END PGP SIGNATURE-----"
	dashEscape = "- "
)

// maxLine is the length of a line, in bytes, that gpg and gpgv still read.
const maxLine = 19000

// Clear signs text and returns the text with its signature around it:
// InRelease. The same key, text and time give the same bytes; the date is
// chosen as in [Key.Detached].
//
// Verifiers ignore blanks at line ends, so text must not have any, nor a
// carriage return or NUL; its last line must end. Such text, which would not be
// read back as it was, is a *ClearTextError.
func (k *Key) Clear(text []byte, at time.Time) ([]byte, error) { return NewKeys(k).Clear(text, at) }

// clearMessage is lines with the signature packets around them. The digests are
// those of the signatures: a verifier in one pass hashes with all of them.
func clearMessage(lines, digests []string, sigs []byte) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\nHash: %s\n\n", clearBegin, strings.Join(digests, ","))
	for _, line := range lines {
		if strings.HasPrefix(line, "-") {
			out.WriteString(dashEscape)
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	out.Write(enarmor(signatureBlock, sigs))
	return out.Bytes()
}

// clearLines cuts text into lines that survive the cleartext form.
func clearLines(text []byte) ([]string, error) {
	if len(text) == 0 || text[len(text)-1] != '\n' {
		return nil, &ClearTextError{Detail: "does not end with a line end"}
	}
	lines := strings.Split(string(text[:len(text)-1]), "\n")
	for i, line := range lines {
		switch {
		case strings.ContainsAny(line, "\r\x00"):
			return nil, &ClearTextError{i + 1, "holds a carriage return or NUL"}
		case strings.TrimRight(line, " \t") != line:
			return nil, &ClearTextError{i + 1, "ends with a blank"}
		case len(line) > maxLine:
			return nil, &ClearTextError{i + 1, fmt.Sprintf("has %d bytes", len(line))}
		}
	}
	return lines, nil
}

// splitClear takes a clear-signed message apart: the lines that are signed,
// without dash escapes and blanks at their ends, and the armored signature. It
// is strict: one message, nothing before and nothing behind it, no header but
// Hash, since a lenient reader is how unsigned text gets read as signed.
func splitClear(message []byte) (lines []string, signature []byte, err error) {
	all := strings.Split(string(message), "\n")
	for i := range all {
		all[i] = strings.TrimRight(all[i], " \t\r")
	}
	if all[0] != clearBegin {
		return nil, nil, &ClearTextError{1, "is not " + clearBegin}
	}
	i := 1
	for ; i < len(all) && all[i] != ""; i++ {
		if !strings.HasPrefix(all[i], "Hash: ") {
			return nil, nil, &ClearTextError{i + 1, "is a header other than Hash"}
		}
	}
	for i++; ; i++ {
		switch {
		case i >= len(all):
			return nil, nil, &ClearTextError{Detail: "no signature follows it"}
		case all[i] == clearSig:
			signature, err = clearTail(all, i)
			return lines, signature, err
		case strings.HasPrefix(all[i], dashEscape):
			lines = append(lines, all[i][len(dashEscape):])
		case strings.HasPrefix(all[i], "-"):
			return nil, nil, &ClearTextError{i + 1, "starts with a dash that is not escaped"}
		default:
			lines = append(lines, all[i])
		}
	}
}

// clearTail returns the armored signature that begins at line i and ends the
// message.
func clearTail(all []string, i int) ([]byte, error) {
	for end := i + 1; end < len(all); end++ {
		if all[end] != clearEnd {
			continue
		}
		for rest := end + 1; rest < len(all); rest++ {
			if all[rest] != "" {
				return nil, &ClearTextError{rest + 1, "follows the signature"}
			}
		}
		return []byte(strings.Join(all[i:end+1], "\n") + "\n"), nil
	}
	return nil, &ClearTextError{Detail: "its signature has no end"}
}
