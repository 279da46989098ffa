case "$1" in
configure | abort-upgrade | abort-remove | abort-deconfigure)
	wipe
	compile
	;;
triggered) ;;
*)
	echo "postinst: unknown argument $1" >&2
	exit 1
	;;
esac
