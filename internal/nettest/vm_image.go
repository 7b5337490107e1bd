package nettest

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// The guest's kernel is Debian's own for virtual machines; its programs are copies
// of this machine's, so they fit each other.
const kernelPackage = "linux-image-cloud-amd64"

// guestModules are what the guest needs of its kernel: devices, IPsec, and the
// algorithms, since nothing in the guest loads modules on demand.
var guestModules = strings.Fields(`virtio_pci virtio_net virtio_rng
	xfrm_user esp4 ah4 authenc echainiv seqiv
	des_generic md5 sha1_generic sha256_generic sha512_generic aes_generic cbc ctr ghash_generic gcm crypto_null drbg`)

// strongSwan opens these at run time.
var (
	guestPlugins   = strings.Fields(`random nonce openssl kernel-netlink socket-default vici`)
	guestLibraries = []string{"/lib/x86_64-linux-gnu/libgcc_s.so.1", "/usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so"}
)

//go:embed vm_init.sh
var guestInit []byte

const guestStrongswanConf = `charon-systemd {
  load = %s
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  retransmit_tries = 3
  retransmit_timeout = 2.0
  filelog { main { path = /run/log
      flush_line = yes
      default = 1
      ike = 2
      chd = 2
      knl = 2
      cfg = 1 } }
  syslog { daemon { default = -1 }
    auth { default = -1 } }
  plugins { openssl { load_legacy = yes } }
}
swanctl { load = random }
`

// guestKernel returns a directory with vmlinuz and modules/, each module's name
// led by its place in the order of loading. It is fetched once per version of the
// kernel and kept in the user's cache.
func guestKernel(t testing.TB) string {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		skip(t, "the guest is for amd64")
	}
	need(t, "apt-cache", "apt-get", "dpkg-deb", "depmod", "modprobe", "xz")
	out, _ := exec.Command("apt-cache", "depends", kernelPackage).Output()
	m := regexp.MustCompile(`Depends: (linux-image-\S+)`).FindSubmatch(out)
	if m == nil {
		skip(t, "apt knows no "+kernelPackage+"; `make test` updates its lists")
	}
	pkg := string(m[1])
	cache, err := os.UserCacheDir()
	if err != nil {
		skip(t, err.Error())
	}
	cache = filepath.Join(cache, "conft-test")
	list := sha256.Sum256([]byte(strings.Join(guestModules, " ")))
	dir := filepath.Join(cache, pkg+"-"+hex.EncodeToString(list[:4]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	tmp, err := os.MkdirTemp(cache, "unpack-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	download := exec.Command("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", pkg)
	download.Dir = tmp
	if out, err := download.CombinedOutput(); err != nil {
		skip(t, fmt.Sprintf("cannot fetch the guest's kernel: %v\n%s", err, out))
	}
	if err := unpackKernel(tmp, filepath.Join(tmp, "kernel")); err != nil {
		t.Fatal(err)
	}
	// Whoever else has made it meanwhile made the same.
	if err := os.Rename(filepath.Join(tmp, "kernel"), dir); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return dir
}

// unpackKernel takes vmlinuz and the modules from the package file in tmp.
func unpackKernel(tmp, dir string) error {
	debs, _ := filepath.Glob(filepath.Join(tmp, "*.deb"))
	root := filepath.Join(tmp, "root")
	if out, err := exec.Command("dpkg-deb", append([]string{"-x"}, append(debs, root)...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("dpkg-deb: %w\n%s", err, out)
	}
	os.Symlink("usr/lib", filepath.Join(root, "lib")) // for a newer package, that has no /lib
	versions, _ := filepath.Glob(filepath.Join(root, "lib/modules/*"))
	images, _ := filepath.Glob(filepath.Join(root, "boot/vmlinuz-*"))
	if len(versions) != 1 || len(images) != 1 {
		return fmt.Errorf("%v holds kernels %v with modules %v, not one of each", debs, images, versions)
	}
	version := filepath.Base(versions[0])
	if out, err := exec.Command(find("depmod"), "-b", root, version).CombinedOutput(); err != nil {
		return fmt.Errorf("depmod: %w\n%s", err, out)
	}
	if err := os.MkdirAll(filepath.Join(dir, "modules"), 0o755); err != nil {
		return err
	}
	if err := os.Rename(images[0], filepath.Join(dir, "vmlinuz")); err != nil {
		return err
	}
	order, err := exec.Command(find("modprobe"), append([]string{"-d", root, "-S", version, "-aD"}, guestModules...)...).Output()
	if err != nil {
		return fmt.Errorf("modprobe: %w", err)
	}
	n, seen := 0, map[string]bool{}
	for line := range strings.Lines(string(order)) {
		path, isFile := strings.CutPrefix(strings.TrimSpace(line), "insmod ")
		if !isFile || seen[path] { // the others are built in
			continue
		}
		seen[path] = true
		if plain, packed := strings.CutSuffix(path, ".xz"); packed {
			if out, err := exec.Command("xz", "-d", path).CombinedOutput(); err != nil {
				return fmt.Errorf("xz: %w\n%s", err, out)
			}
			path = plain
		}
		if err := os.Rename(path, filepath.Join(dir, "modules", fmt.Sprintf("%02d-%s", n, filepath.Base(path)))); err != nil {
			return err
		}
		n++
	}
	return nil
}

// guestTexts are the files that are made here.
func guestTexts() map[string][]byte {
	return map[string][]byte{
		"/init":                guestInit,
		"/etc/strongswan.conf": fmt.Appendf(nil, guestStrongswanConf, strings.Join(guestPlugins, " ")),
		"/etc/passwd":          []byte("root:x:0:0::/:/bin/sh\n"),
		"/etc/group":           []byte("root:x:0:\n"),
	}
}

// guestFiles are the files of the guest by their paths there: the programs of this
// machine and the modules.
func guestFiles(t testing.TB, kernel string) map[string]string {
	t.Helper()
	objects := append([]string{find("busybox"), find("ip"), find("charon-systemd"), find("swanctl")}, guestLibraries...)
	for _, p := range guestPlugins {
		objects = append(objects, "/usr/lib/ipsec/plugins/libstrongswan-"+p+".so")
	}
	for _, o := range objects {
		if _, err := os.Stat(o); err != nil {
			skip(t, o+" is not installed; `make test` installs it")
		}
	}
	out, _ := exec.Command("ldd", objects...).Output() // busybox may be static, an error to ldd
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:\S+ => )?(/\S+) \(0x`).FindAllSubmatch(out, -1) {
		objects = append(objects, string(m[1]))
	}
	// Busybox's shell prefers its own ip, which knows no xfrm.
	files := map[string]string{"/bin/busybox": find("busybox"), "/bin/ip-full": find("ip")}
	for _, o := range objects {
		files[o] = o
	}
	modules, _ := filepath.Glob(filepath.Join(kernel, "modules/*.ko*"))
	for _, m := range modules {
		files["/modules/"+filepath.Base(m)] = m
	}
	return files
}
