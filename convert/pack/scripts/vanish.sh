# vanish removes what ran programs left, once the package's own files are gone.
# While pyvenv.cfg is there the environment is in use, by another package.
vanish() {
	[ -d "$venv" ] && [ ! -h "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ] || return 0
	wipe
	find "$venv" -xdev -depth -type d -empty -delete || :
	for dir in $above; do
		rmdir -- "$dir" 2>/dev/null || break
	done
}
