# Read by the scripts of deploy/, with ".": finds a JDK and builds what has to be built. Sets $root and $JAVA_HOME.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# The feature version of the JDK in a folder (21, 25 …), or 0 when there is none: a JRE has no javac.
jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || { echo 0; return; }
    local version
    version=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    echo "${version:-0}"
}

# JAVA_HOME, then the PATH, then where systems keep their JDKs: the first that is 21 or newer.
find_jdk() {
    local on_path='' candidate
    if command -v javac >/dev/null 2>&1; then
        on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$candidate" ] && [ "$(jdk_version "$candidate")" -ge 21 ]; then
            export JAVA_HOME=$candidate
            return
        fi
    done
    fail "Hostwright needs a JDK of version 21 or newer, and there is none in JAVA_HOME, on the PATH or in /usr/lib/jvm.
Install one (Debian 13: apt install openjdk-21-jdk-headless; others: https://adoptium.net) or set JAVA_HOME to it."
}

need_maven() {
    command -v mvn >/dev/null 2>&1 || fail "Hostwright is built with Maven 3.8.7 or newer, and there is no mvn on the PATH.
Install it (Debian: apt install maven)."
}

# Maven, without the warnings that Maven 3.8 itself causes on newer JDKs.
maven() {
    local options=${MAVEN_OPTS:-}
    if [ "$(jdk_version "$JAVA_HOME")" -ge 24 ]; then
        options="$options --sun-misc-unsafe-memory-access=allow"
    fi
    (cd "$root" && MAVEN_OPTS=$options mvn -Dstyle.color=never "$@")
}

# What a module's build makes, which is as new as the sources it was made from.
artifact() {
    case $1 in
        deploy/local) echo "$root/$1/target/local.jar" ;;
        *) echo "$root/$1/target/quarkus-app/quarkus-run.jar" ;;
    esac
}

# Whether a module was never built, or has a source that is newer than what was built from it.
stale() {
    local made
    made=$(artifact "$1")
    [ ! -e "$made" ] || [ -n "$(find "$root/pom.xml" "$root/$1/pom.xml" "$root/$1/src/main" -newer "$made" -print -quit)" ]
}

# Builds the modules that are stale, without their tests.
build() {
    local module modules='' started
    for module in gateway db-service mail-service dns-service deploy/local; do
        if stale "$module"; then
            modules=$modules${modules:+,}$module
        fi
    done
    [ -n "$modules" ] || return 0
    need_maven
    echo "Building ${modules//,/, } (the first time takes a minute or two, and downloads) ..."
    # set back later to this moment, so that what is saved during the build counts as newer
    started=$(mktemp)
    maven -q -DskipTests -pl "$modules" -am package || {
        rm -f "$started"
        fail 'The build failed.'
    }
    for module in ${modules//,/ }; do
        touch -r "$started" "$(artifact "$module")"
    done
    rm -f "$started"
}

# The programs of the name server and of the mail servers, each with the package of Debian that has it.
server_packages='pdns-server pdns-backend-pgsql postfix postfix-pgsql dovecot-imapd dovecot-lmtpd dovecot-pgsql postgresql-client'

# Which of these are not there: a program, or a part of one, that says so.
missing_servers() (
    PATH=$PATH:/usr/sbin:/usr/local/sbin
    # its list ends with a status of failure, so the text counts
    [[ $(pdns_server --no-config --list-modules 2>&1) = *gpgsql* ]] || echo pdns-server pdns-backend-pgsql
    [ -e /usr/lib/postfix/postfix-pgsql.so ] || echo postfix postfix-pgsql
    [ -e /usr/lib/dovecot/imap ] || echo dovecot-imapd
    [ -e /usr/lib/dovecot/lmtp ] || echo dovecot-lmtpd
    [ -e /usr/lib/dovecot/modules/auth/libdriver_pgsql.so ] || echo dovecot-pgsql
    command -v psql >/dev/null || echo postgresql-client
    getent passwd vmail >/dev/null || echo vmail
)

have_servers() {
    [ -z "$(missing_servers)" ]
}

# The servers are the system's. Root, on a system with apt-get, gets them installed; others are told what to install.
need_servers() {
    have_servers && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        fail "PowerDNS, Postfix and Dovecot, with what makes them read PostgreSQL, are needed for --with-servers and its tests.
Install them (Debian: apt install $server_packages), make the user vmail (useradd --system --user-group vmail), or do without."
    fi
    local missing
    missing=$(missing_servers | sed '/vmail/d' | tr '\n' ' ')
    if [ -n "$missing" ]; then
        echo "Installing $missing..."
        # shellcheck disable=SC2086
        install_unstarted $missing
    fi
    getent passwd vmail >/dev/null || useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin vmail
    have_servers || fail "These were installed and are not complete: $(missing_servers)"
}

# What the tests need beside the servers: a resolver that validates, a name server of another make, a signer of mail, and the
# clients of databases: psql, a pooler, .NET's reader of connection strings, and a PostgreSQL with its own pg_dump.
test_packages='bind9-dnsutils knot opendkim libopendbx1-pgsql postgresql postgresql-client pgbouncer mono-csharp-shell libmono-system-data4.0-cil'

have_test_programs() {
    local PATH=$PATH:/usr/sbin:/usr/local/sbin program
    for program in delv knotd opendkim psql csharp; do
        command -v $program >/dev/null 2>&1 || return
    done
    [ -e /usr/lib/opendbx/libpgsqlbackend.so ] && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && have_pooler
}

# PgBouncer knows auth_dbname since 1.19.
have_pooler() {
    local minor
    minor=$(PATH=/usr/local/sbin:$PATH:/usr/sbin pgbouncer --version 2>/dev/null | sed -n 's/^PgBouncer 1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 19 ]
}

need_test_programs() {
    have_test_programs && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        fail "There is no delv, knotd, opendkim, psql, csharp, PostgreSQL server, or no pgbouncer of 1.19 or newer, which the tests need.
Install them (Debian: apt install $test_packages), or do without."
    fi
    echo "Installing $test_packages ..."
    # shellcheck disable=SC2086
    install_unstarted $test_packages
    have_pooler || install_newer_pooler
    have_test_programs || fail "One of these has been installed and is not what the tests need: $test_packages."
}

# The pooler of Debian 13 on a Debian 12, whose own is too old: beside the system, with the libraries that it was made for.
install_newer_pooler() (
    home=/usr/local/lib/hostwright-pgbouncer
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work"
    mkdir -p "$work"/{sources,lists/partial,cache/archives/partial,debs,root}
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' \
        "$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)" >"$work/sources/trixie.list"
    apt=(apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" -o Dir::State::Lists="$work/lists"
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update >/dev/null
    cd "$work/debs"
    "${apt[@]}" download pgbouncer libc6 libcares2 libevent-2.1-7t64 libpam0g libssl3t64 libsystemd0 >/dev/null
    for package in *.deb; do
        dpkg-deb -x "$package" "$work/root"
    done
    rm -rf "$home"
    cp -R "$work/root/usr" "$home"
    loader=$(echo "$home"/lib/*-linux-gnu/ld-linux-*.so.*)
    printf '#!/bin/sh\nexec %s --library-path %s %s/sbin/pgbouncer "$@"\n' "$loader" "${loader%/*}" "$home" >/usr/local/sbin/pgbouncer
    chmod 755 /usr/local/sbin/pgbouncer
)

# Debian starts what it installs, on the standard ports and all addresses: not here. What is there is not upgraded.
install_unstarted() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get update -q >/dev/null
    # Postfix asks what kind of mail server to make of this machine: none
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends --no-upgrade "$@" >/dev/null ||
        fail "They cannot be installed: $*"
)

# Runs a class of deploy/local in place of this shell.
run_java() {
    exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m -Dhostwright.root="$root" \
        -cp "$root/deploy/local/target/local.jar:$root/deploy/local/target/lib/*" "$@"
}
