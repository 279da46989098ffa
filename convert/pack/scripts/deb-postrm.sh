case "$1" in
remove | purge)
	vanish
	;;
upgrade | failed-upgrade | abort-install | abort-upgrade | disappear) ;;
*)
	echo "postrm: unknown argument $1" >&2
	exit 1
	;;
esac
