package store

import "time"

// Hurry makes the times of a store so short that tests can wait for them; 0 leaves one as it is.
func Hurry(s *S3, answer, backoff, settled time.Duration) *S3 {
	for at, value := range map[*time.Duration]time.Duration{&s.limits.answer: answer, &s.limits.backoff: backoff, &s.limits.settled: settled} {
		if value != 0 {
			*at = value
		}
	}
	return s
}

// Shrink makes the sizes of a store so small that tests can pass them.
func Shrink(s *S3, single, part, chunk, memory int64) *S3 {
	s.limits.single, s.limits.part, s.limits.chunk, s.limits.memory = single, part, chunk, memory
	return s
}

// HurryHTTP does the same for a reader over HTTP.
func HurryHTTP(h *HTTP, answer, backoff time.Duration, chunk int64) *HTTP {
	h.limits.answer, h.limits.backoff, h.limits.chunk = answer, backoff, chunk
	return h
}
