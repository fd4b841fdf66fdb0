#!/bin/sh
# Keeps players' containers off the host of the Docker engine they run on, and off the cloud's metadata service.
# The network itself keeps them from each other; from the host, only the host can.
set -eu

usage() {
  cat <<'USAGE'
Usage: berth-firewall.sh [--check | --remove] [--block-private] [--allow ADDRESS]... [BRIDGE]

Run as root on the engine's host. BRIDGE is the bridge of Berth's network (default: berth0).
Running it again replaces what it set before. A reboot forgets it: run it from a unit After=docker.service.

  (no option)      set the rules
  --check          say what is missing; status 0 when nothing is
  --remove         take the rules away
  --block-private  also keep containers off private networks (10/8, 172.16/12, 192.168/16, 100.64/10)
  --allow ADDRESS  with --block-private: a private address they may still reach, such as the resolver

What it does, for connections that a container begins:
  to the host itself, any port               dropped
  to cloud metadata (169.254.0.0/16, Azure's 168.63.129.16 except its DNS, 100.100.100.200, 192.0.0.192)
                                             dropped
  to the internet                            left alone
Players' connections to published ports, and the answers to them, are left alone.
USAGE
}

fail() {
  echo "berth-firewall: $1" >&2
  exit 2
}

action=set
private=no
allowed=
bridge=berth0

while [ $# -gt 0 ]; do
  case "$1" in
    --check) action=check ;;
    --remove) action=remove ;;
    --block-private) private=yes ;;
    --allow)
      [ $# -ge 2 ] || fail '--allow needs an address'
      allowed="$allowed $2"
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*) fail "unknown option $1 (see --help)" ;;
    *) bridge=$1 ;;
  esac
  shift
done

case "$bridge" in
  *[!a-z0-9-]* | '') fail "not a bridge name: $bridge" ;;
esac
[ "${#bridge}" -le 15 ] || fail "not a bridge name: $bridge"
[ "$(id -u)" -eq 0 ] || fail 'needs root'
command -v iptables >/dev/null 2>&1 || fail 'needs iptables'

# One pair of chains a bridge, so that two networks never take each other's rules away. A chain's name has at most 28
# characters.
host_chain="BERTH-HOST-$bridge"
out_chain="BERTH-OUT-$bridge"

# -w: Docker changes rules at the same time.
four() { iptables -w 10 "$@"; }
six() { ip6tables -w 10 "$@"; }
has_six() { command -v ip6tables >/dev/null 2>&1 && six -S INPUT >/dev/null 2>&1; }

# Every rule once: `rules add` appends them, `rules check` asks for each.
host_rule() { echo "-m conntrack --ctstate NEW,INVALID,UNTRACKED -j DROP"; }

out_rules() {
  if [ "$private" = yes ]; then
    for address in $allowed; do echo "-d $address -m conntrack --ctstate NEW -j RETURN"; done
  fi
  echo "-d 168.63.129.16 -p udp --dport 53 -j RETURN"
  echo "-d 168.63.129.16 -p tcp --dport 53 -j RETURN"
  for address in 169.254.0.0/16 168.63.129.16 100.100.100.200 192.0.0.192; do
    echo "-d $address -m conntrack --ctstate NEW -j DROP"
  done
  if [ "$private" = yes ]; then
    for network in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10; do
      echo "-d $network -m conntrack --ctstate NEW -j DROP"
    done
  fi
}

# Words are split on purpose: a rule is a list of arguments.
# shellcheck disable=SC2046,SC2086
fill() { # family chain, rules on standard input
  "$1" -N "$2" 2>/dev/null || "$1" -F "$2"
  while read -r rule; do "$1" -A "$2" $rule; done
}

# First in its parent: a rule before it may let everything through.
hook() { # family parent chain
  if [ "$("$1" -S "$2" | sed -n "s/^-A $2 //p" | head -n 1)" != "-i $bridge -j $3" ]; then
    "$1" -D "$2" -i "$bridge" -j "$3" 2>/dev/null || true
    "$1" -I "$2" 1 -i "$bridge" -j "$3"
  fi
}

unhook() { # family parent chain
  while "$1" -D "$2" -i "$bridge" -j "$3" 2>/dev/null; do :; done
  "$1" -F "$3" 2>/dev/null && "$1" -X "$3" || true
}

set_rules() {
  host_rule | fill four "$host_chain"
  hook four INPUT "$host_chain"
  # Docker keeps this chain as it finds it and jumps to it first of all; before Docker's first start it is not there.
  four -N DOCKER-USER 2>/dev/null || true
  out_rules | fill four "$out_chain"
  hook four DOCKER-USER "$out_chain"
  # The host has a link-local IPv6 address on every bridge.
  if has_six; then
    host_rule | fill six "$host_chain"
    hook six INPUT "$host_chain"
  fi
}

remove_rules() {
  unhook four INPUT "$host_chain"
  unhook four DOCKER-USER "$out_chain"
  if has_six; then unhook six INPUT "$host_chain"; fi
}

missing=0
want() { # sentence, then the command that must succeed
  sentence=$1
  shift
  if ! "$@" >/dev/null 2>&1; then
    echo "missing: $sentence" >&2
    missing=1
  fi
}

check_rules() {
  want "the jump from INPUT to $host_chain" four -C INPUT -i "$bridge" -j "$host_chain"
  want "the rule that drops connections to the host" four -C "$host_chain" $(host_rule)
  want "the jump from FORWARD to DOCKER-USER (is Docker running, with iptables?)" four -C FORWARD -j DOCKER-USER
  want "the jump from DOCKER-USER to $out_chain" four -C DOCKER-USER -i "$bridge" -j "$out_chain"
  out_rules >"$rules_file"
  while read -r rule; do
    # shellcheck disable=SC2086
    want "$out_chain $rule" four -C "$out_chain" $rule
  done <"$rules_file"
  if has_six; then want "the IPv6 jump from INPUT to $host_chain" six -C INPUT -i "$bridge" -j "$host_chain"; fi
}

case "$action" in
  set)
    set_rules
    echo "berth-firewall: containers on $bridge no longer reach this host"
    ;;
  remove)
    remove_rules
    echo "berth-firewall: the rules for $bridge are gone"
    ;;
  check)
    rules_file=$(mktemp)
    trap 'rm -f "$rules_file"' EXIT
    check_rules
    [ "$missing" -eq 0 ] || exit 1
    echo "berth-firewall: all rules for $bridge are set"
    ;;
esac
