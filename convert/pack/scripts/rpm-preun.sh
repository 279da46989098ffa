# On an upgrade this runs after the new package's files are there: nothing to do.
[ "${1:-1}" = 0 ] && wipe
exit 0
