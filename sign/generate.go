package sign

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// generatedBits is the size of new RSA keys.
const generatedBits = 4096

// Generate makes a key for an archive: RSA-4096, version 4, a primary that
// certifies and signs, no subkey and no end, with a SHA-512 self-signature. The
// only randomness is the RSA key itself. Name and email make up the user ID
// "name <email>"; either may be empty, not both, and what cannot be one is a
// *UserIDError.
func Generate(name, email string, created time.Time) (*Key, error) {
	id, err := userID(name, email)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	if seconds := created.Unix(); seconds < 0 || seconds > 1<<32-1 {
		return nil, fmt.Errorf("generate key: creation time %s does not fit into the format", created.UTC().Format(time.RFC3339))
	}
	secret, err := rsa.GenerateKey(rand.Reader, generatedBits)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return newKey(secret, id, created)
}

// newKey wraps an RSA key into a self-signed OpenPGP key and reads it back, so
// that a generated key has been through the same checks as any other.
func newKey(secret *rsa.PrivateKey, id string, created time.Time) (*Key, error) {
	primary := packet.NewRSAPrivateKey(created.Truncate(time.Second), secret)
	self := newSignature(primary, packet.SigTypePositiveCert, crypto.SHA512, created)
	yes := true
	self.IsPrimaryId = &yes
	self.FlagsValid, self.FlagCertify, self.FlagSign = true, true, true
	const sha256, sha512 = 8, 10 // 9.5
	self.PreferredHash = []uint8{sha512, sha256}
	self.KeyserverPrefsValid, self.KeyserverPrefNoModify = true, true
	if err := self.SignUserId(id, &primary.PublicKey, primary, signConfig()); err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	var out bytes.Buffer
	user := &packet.OpaquePacket{Tag: tagUserID, Contents: []byte(id)}
	if err := errors.Join(primary.Serialize(&out), user.Serialize(&out), self.Serialize(&out)); err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return Read(out.Bytes(), nil)
}

// userID joins name and email as gpg does, and refuses what it refuses: these
// characters would change what the user ID says.
func userID(name, email string) (string, error) {
	for _, part := range []struct{ what, text, forbidden string }{
		{"name", name, "<>()"}, {"email", email, "<>() "},
	} {
		bad := strings.IndexFunc(part.text, func(r rune) bool {
			return unicode.IsControl(r) || strings.ContainsRune(part.forbidden, r)
		})
		if bad >= 0 || !utf8.ValidString(part.text) {
			return "", &UserIDError{fmt.Sprintf("%s %q has a character that a user ID cannot hold", part.what, part.text)}
		}
	}
	name = strings.TrimSpace(name)
	switch {
	case name == "" && email == "":
		return "", &UserIDError{"a name or an email address is needed"}
	case email != "" && !strings.Contains(email, "@"):
		return "", &UserIDError{fmt.Sprintf("email %q has no @", email)}
	case email == "":
		return name, nil
	case name == "":
		return email, nil
	}
	return name + " <" + email + ">", nil
}

// Revocation is a revocation certificate for the whole key, armored: importing
// it says that the key is not to be trusted any more, without a reason. It is
// made ahead, for the day when the secret is lost. It needs the primary's secret.
func (k *Key) Revocation() ([]byte, error) {
	primary := k.certificate.primary
	secret := k.secrets().opened[primary.fingerprint()]
	if secret == nil {
		return nil, fmt.Errorf("make revocation certificate: the secret of the primary key %s is not in the file", primary.fingerprint())
	}
	sig := newSignature(secret, packet.SigTypeKeyRevocation, crypto.SHA512, primary.created())
	reason := packet.NoReason
	sig.RevocationReason = &reason
	if err := sig.RevokeKey(primary.public, secret, signConfig()); err != nil {
		return nil, fmt.Errorf("make revocation certificate: %w", err)
	}
	var out bytes.Buffer
	if err := sig.Serialize(&out); err != nil {
		return nil, fmt.Errorf("make revocation certificate: %w", err)
	}
	return enarmor(publicBlock, out.Bytes()), nil
}
