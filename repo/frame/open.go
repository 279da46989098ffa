package frame

// maxWindow bounds the memory that foreign data may ask for. Every preset of
// xz stays within it, and every level of zstd that needs no option to read.
const maxWindow = 128 << 20
