# wipe removes all bytecode, and the directories that nothing but bytecode
# kept. It works on relative names, so that rmdir -p ends at the environment,
# and follows no link.
wipe() {
	[ -d "$venv" ] && [ ! -h "$venv" ] && cd "$venv" || return 0
	find . -xdev -depth -path '*/__pycache__/*' -delete || :
	find . -xdev -type d -name __pycache__ -prune -exec rmdir -p -- {} + 2>/dev/null || :
	cd /
}
