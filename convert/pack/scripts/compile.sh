# compile writes bytecode that checks its source by hash, since all files of a
# package have one time stamp. A file that does not compile is no failure:
# some projects carry templates, or code for another Python.
compile() {
	[ -x "$python" ] && [ -d "$site" ] || return 0
	"$python" -I -S -W ignore -m compileall -q -f --invalidation-mode checked-hash "$site" >/dev/null || :
}
