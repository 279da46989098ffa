// Package cache keeps downloads in a folder that many processes share.
package cache
