#!/bin/busybox sh
# The first process of the guest of vm.go. It loads the modules in the order of
# their names, then runs the lines that come over the first serial port; after
# each it says END and the line's exit status.
export PATH=/usr/bin:/usr/sbin:/bin:/sbin STRONGSWAN_CONF=/etc/strongswan.conf
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /var
/bin/busybox --install -s /bin
ln -s /run /var/run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for m in /modules/*; do insmod "$m"; done
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects
ip link set lo up
exec </dev/ttyS0 >/dev/ttyS0
stty raw -echo
echo END 0
while read -r line; do
	(eval "$line") </dev/null 2>&1
	printf '\nEND %d\n' $?
done
