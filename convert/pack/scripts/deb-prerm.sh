case "$1" in
upgrade | remove | deconfigure | failed-upgrade)
	wipe
	;;
*)
	echo "prerm: unknown argument $1" >&2
	exit 1
	;;
esac
