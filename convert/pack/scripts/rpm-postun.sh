# On an upgrade the new package owns the environment: nothing to do.
[ "${1:-1}" = 0 ] && vanish
exit 0
