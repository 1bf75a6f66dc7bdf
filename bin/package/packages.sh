#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh VERSION TARGET JDK: makes of TARGET/varve-VERSION.tar.gz an archive with a runtime of its own, linked from that JDK, and,
# where dpkg-deb is, a Debian package. What is made of the same files and the same JDK is the same, byte for byte.
set -euo pipefail
version=$1 target=$2 jdk=$3
here=$(cd "$(dirname "$0")" && pwd -P)
name=varve-$version
work=$target/packages
umask 022
rm -rf "$work"
mkdir -p "$work"
tar xzf "$target/$name.tar.gz" -C "$work"
[ -e "$work/$name/sbom.cdx.json" ] || echo "WARNING: no bill of materials is in the packages: its plugin does nothing while Maven is offline." >&2
SOURCE_DATE_EPOCH=$(stat -c %Y "$work/$name/libs/varve-server.jar")
export SOURCE_DATE_EPOCH

# What the jars' classes name, as jdeps tells, and what they find by name only: elliptic curves, JAAS, DNS, file systems in jars, JMX.
modules=java.base,java.desktop,java.instrument,java.logging,java.management,java.management.rmi,java.naming,java.net.http
modules+=,java.rmi,java.security.jgss,java.security.sasl,java.sql,java.xml
modules+=,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.management.agent,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.security.jgss
modules+=,jdk.unsupported,jdk.zipfs

pack_with_runtime() {
  local platform
  case $(uname -m) in
    x86_64) platform=linux-x64 ;;
    aarch64) platform=linux-arm64 ;;
    *) platform=linux-$(uname -m) ;;
  esac
  # With the quick compiler only: it runs for seconds, and the other one took more than it gave.
  "$jdk/bin/jlink" -J-XX:TieredStopAtLevel=1 --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --compress="$(compression)" --output "$work/$name/runtime"
  "$here/dump-classes.sh" "$work/$name/runtime/bin/java" "$work/$name/runtime/lib/server/classes.jsa"
  tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$name" |
    gzip -n -6 >"$target/$name-$platform.tar.gz"
  rm -r "$work/$name/runtime"
}

# How jlink is told to compress: by a number before JDK 21.
compression() {
  if [ "$("$jdk/bin/jlink" --version | cut -d. -f1)" -ge 21 ]; then echo zip-6; else echo 2; fi
}

# Varve under /usr/share, its settings under /etc, its data under /var/lib: as Debian has it.
pack_deb() {
  local root=$work/deb share debian maintainer="${DEBFULLNAME:-The Varve authors} <${DEBEMAIL:-varve@localhost}>"
  share=$root/usr/share/varve
  debian=$(sed 's/-SNAPSHOT$/~snapshot/' <<<"$version")
  mkdir -p "$root"/{DEBIAN,etc/varve,usr/bin,usr/lib/systemd/system,usr/share/doc/varve,usr/share/lintian/overrides,var/lib/varve} "$share"
  cp -r "$work/$name"/{bin,libs} "$share/"
  rm -r "$share"/bin/{package,windows}
  chmod 755 "$share"/bin/*.sh
  cp -r "$work/$name/config/." "$root/etc/varve/"
  ln -s /etc/varve "$share/config"
  sed -i 's|^log.dirs=data.*|log.dirs=/var/lib/varve/&|; s|=/var/lib/varve/log.dirs=|=/var/lib/varve/|' "$root"/etc/varve/server*.properties
  pack_pages "$root/usr/share/doc/varve"
  pack_manual "$root/usr/share/man/man1"
  cp "$here/src/deb/copyright" "$root/usr/share/doc/varve/"
  cp "$here/src/deb/lintian-overrides" "$root/usr/share/lintian/overrides/varve"
  local script
  for script in "$share"/bin/varve-*.sh; do
    ln -s "../share/varve/bin/${script##*/}" "$root/usr/bin/$(basename "$script" .sh)"
  done
  cp "$here/src/deb/varve.service" "$root/usr/lib/systemd/system/"
  printf 'varve (%s) unstable; urgency=medium\n\n  * Release.\n\n -- %s  %s\n' \
    "$debian" "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -n -9 >"$root/usr/share/doc/varve/changelog.gz"
  sed -e "s/@VERSION@/$debian/" -e "s/@MAINTAINER@/$maintainer/" -e "s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" "$here/src/deb/control" >"$root/DEBIAN/control"
  (cd "$root" && find etc -type f -printf '/%p\n' | LC_ALL=C sort) >"$root/DEBIAN/conffiles"
  install -m 755 "$here"/src/deb/{postinst,prerm,postrm} "$root/DEBIAN/"
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zgzip -z6 --build "$root" "$target/varve_${debian}_all.deb" >/dev/null
}

# pack_pages DIRECTORY: the pages, and what they lead to.
pack_pages() {
  local pages=$1
  cp -r "$work/$name/." "$pages"
  rm -r "$pages"/{bin,config,libs,LICENSE} # Debian has the license in /usr/share/common-licenses
  mkdir "$pages/bin"
  cp -r "$work/$name/bin/package" "$pages/bin/"
  chmod 755 "$pages"/bin/package/src/container/*.sh
  ln -s /etc/varve "$pages/config"
  find "$pages" -type d -empty -delete
}

# pack_manual DIRECTORY: a page for each command, made of what it says with --help. Scripts name their programs' classes; one has none.
pack_manual() {
  local pages=$1 libs=$work/$name/libs script class words=()
  mkdir -p "$pages" "$work/help"
  for script in "$work/$name"/bin/varve-*.sh; do
    class=$(sed -nE 's/^run_[a-z0-9]+ (io\.varve\.[A-Za-z0-9.]+) .*/\1/p' "$script")
    if [ -z "$class" ]; then
      class=$work/help/${script##*/}
      bash "$script" --help | sed -E 's|bin/(varve-[a-z-]+)\.sh|\1|' >"$class"
    fi
    words+=("$(basename "$script" .sh)" "$class")
  done
  "$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dslf4j.internal.verbosity=ERROR \
    -cp "$libs/varve-server.jar:$libs/varve-s3.jar:$libs/varve-experiments.jar" "$here/src/deb/ManPages.java" "$pages" "$version" "${words[@]}"
  gzip -n -9 "$pages"/*.1
}

pack_with_runtime
if command -v dpkg-deb >/dev/null; then pack_deb; fi
rm -rf "$work"
