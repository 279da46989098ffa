# After the old package's files are gone, on install, upgrade and downgrade.
wipe
compile
exit 0
