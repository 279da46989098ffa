package venv

import (
	"slices"
	"strings"
)

// systemCommand reports whether a distribution's base system has a command of
// this name. A link of ours in its place would be worse than a conflict: Debian
// 12's packages still call the file /bin/ls, so that dpkg does not see that our
// /usr/bin/ls replaces it.
func systemCommand(name string) bool {
	return strings.HasPrefix(name, "systemd-") || slices.Contains(strings.Fields(systemCommands), name)
}

// systemCommands are what the required packages of Debian 12 and 13 bring into
// bin, sbin, /usr/bin and /usr/sbin (one folder in the end, on newer systems),
// what others bring into /bin and /sbin there, and what an administrator of any
// of the targets needs to repair a host.
const systemCommands = `
add-shell addpart agetty apt apt-cache apt-cdrom apt-config apt-get apt-key apt-mark arch arp awk b2sum
badblocks base32 base64 basename basenc bash bashbug blkdiscard blkid blkzone blockdev bridge btrfs bunzip2
busybox bzcat bzgrep bzip2 bzless bzmore captoinfo cat chage chattr chcon chcpu chfn chgpasswd chgrp chmem
chmod choom chown chpasswd chroot chrt chsh chvt cksum clear clear_console cmp comm cp cpgr cpio cppw csh
csplit ctrlaltdel curl cut dash date dbus-daemon dbus-send dd debugfs delpart depmod df diff diff3 dir
dircolors dirname dmesg dnf dnf-3 dnf5 dnsdomainname domainname dpkg dpkg-deb dpkg-divert
dpkg-maintscript-helper dpkg-query dpkg-realpath dpkg-split dpkg-statoverride dpkg-trigger du dumpe2fs
dumpkeys e2freefrag e2fsck e2image e2label e2mmpstatus e2scrub e2scrub_all e2undo e4crypt e4defrag echo ed
editor egrep env expand expiry expr factor faillock faillog fallocate false fgrep filefrag find findfs findmnt
flock fmt fold fsck fsfreeze fstab-decode fstrim fuser fusermount fusermount3 gawk getconf getent getfacl
getfattr getopt getty gpasswd gpg gpgv grep groupadd groupdel groupmems groupmod groups grpck grpconv
grpunconv gunzip gzexe gzip halt hardlink head hostid hostname hostnamectl i386 iconv iconvconfig id ifconfig
infocmp infotocap init insmod install installkernel invoke-rc.d ionice ip ip6tables ipcmk ipcrm ipcs iptables
ischroot isosize join journalctl kill killall5 kmod ksh last lastb lastlog ldattach ldconfig ldd less lessecho
lesskey lesspipe link linux32 linux64 ln loadkeys locale localectl localedef logger login loginctl logname
losetup ls lsattr lsblk lscpu lsipc lslocks lslogins lsmem lsmod lsns lspci lsusb lzcat lzma mawk mcookie
md5sum mesg microdnf mkdir mke2fs mkfifo mkfs mkhomedir_helper mknod mksh mkswap mktemp modinfo modprobe more
mount mountpoint mt mv namei nano nc needs-restarting netstat newgrp newusers nft nice nisdomainname nl nohup
nologin nproc nsenter ntfs-3g numfmt od openssl openvt pager pam-auth-update pam_getenv pam_namespace_helper
pam_timestamp_check partx passwd paste pathchk perl pgrep pidof ping ping4 ping6 pinky pivot_root pkill pldd
plymouth poweroff pr printenv printf prlimit ps ptx pwck pwconv pwd pwhistory_helper pwunconv rbash readlink
readprofile realpath reboot red remove-shell renice reset resize2fs resizepart rev rgrep rm rmdir rmmod
rmt-tar rnano route rpm rpm2archive rpm2cpio rpmdb rpmkeys rpmquery rpmverify rtcwake run-parts runcon
runlevel runuser savelog scp script scriptlive scriptreplay sdiff sed seq service setarch setfacl setfattr
setfont setpriv setsid setterm sftp sg sh sha1sum sha224sum sha256sum sha384sum sha512sum shadowconfig shred
shuf shutdown slattach sleep sort split ss ssh ssh-add ssh-agent ssh-keygen sshd start-stop-daemon stat
static-sh stdbuf stty su sudo sudoedit sulogin sum swaplabel swapoff swapon switch_root sync sysctl systemctl
tabs tac tail tar tarcat taskset tc tcsh tee telinit tempfile test tic timedatectl timeout toe top touch tput
tr true truncate tset tsort tty tune2fs tzselect uclampset udevadm umount uname uncompress unexpand uniq
unix_chkpwd unix_update unlink unshare unxz update-alternatives update-passwd update-rc.d update-shells uptime
useradd userdel usermod users utmpdump vdir vi view vigr vipw visudo vmstat w wall wc wdctl wget whereis which
who whoami wipefs x86_64 xargs xz xzcat yes ypdomainname yum zcat zcmp zdiff zdump zegrep zfgrep zforce zgrep
zic zless zmore znew zramctl zsh zstd zypper
`
