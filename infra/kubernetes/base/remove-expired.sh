#!/bin/sh
# Deletes every managed binding that is past its end, with no broker alive: POSIX sh and kubectl, nothing else.
#   ROLE             the ClusterRole that the broker grants
#   MAXIMUM_SECONDS  the longest duration that the cluster's options allow
#   WORKERS          how many bindings are deleted at once; 8, where it is not set
#   ACCOUNT          where a pod finds its service account's token; the usual folder, where it is not set
# A binding is managed by its label; it ends at its annotation aksarcjit.io/not-after, and at the latest MAXIMUM_SECONDS + 90 after it was
# created, whatever the annotation says. One of ROLE whose annotation cannot be read is past its end: in doubt, revoke.
# Exit code 0 only if nothing that is past its end still stands, as far as all of this can be judged.
set -u
: "${ROLE:?}" "${MAXIMUM_SECONDS:?}" "${WORKERS:=8}" "${ACCOUNT:=/var/run/secrets/kubernetes.io/serviceaccount}"
case $ROLE in *[\"\\]*) echo "ROLE: no ClusterRole is named $ROLE." >&2; exit 1 ;; esac
# With what is no number the shell would stop judging at the first binding, and take those after it for not expired.
case ${MAXIMUM_SECONDS#-} in '' | 0?* | *[!0-9]*)
  echo "MAXIMUM_SECONDS: $MAXIMUM_SECONDS is no number of seconds. What is past its own annotation goes all the same." >&2
  MAXIMUM_SECONDS= ;;
esac
api=/apis/rbac.authorization.k8s.io/v1

# By itself kubectl finds a pod's API server only where it is given no option of the connection: with --request-timeout it
# asks localhost:8080 instead (kubernetes/kubernetes#93474). By address, so that no cluster DNS is needed.
if [ -z "${KUBECONFIG:-}" ] && [ -n "${KUBERNETES_SERVICE_HOST:-}" ]; then
  case $KUBERNETES_SERVICE_HOST in *:*) host="[$KUBERNETES_SERVICE_HOST]" ;; *) host=$KUBERNETES_SERVICE_HOST ;; esac
  export KUBECONFIG="$HOME/guard.kubeconfig"
  cat >"$KUBECONFIG" <<EOF || exit 1
{"apiVersion": "v1", "kind": "Config", "current-context": "guard",
 "contexts": [{"name": "guard", "context": {"cluster": "guard", "user": "guard"}}],
 "clusters": [{"name": "guard", "cluster": {"server": "https://$host:$KUBERNETES_SERVICE_PORT", "certificate-authority": "$ACCOUNT/ca.crt"}}],
 "users": [{"name": "guard", "user": {"tokenFile": "$ACCOUNT/token"}}]}
EOF
fi

# One line a binding. urlquery, because names and annotations are others' words: no space, no line end gets through.
lines='{{range .items}}{{.metadata.uid}} {{.metadata.creationTimestamp | urlquery}} '
lines=$lines'{{if and (eq .roleRef.kind "ClusterRole") (eq .roleRef.name "'$ROLE'")}}role{{else}}other{{end}} '
lines=$lines'{{if .metadata.namespace}}namespaces/{{.metadata.namespace}}/rolebindings{{else}}clusterrolebindings{{end}}/{{.metadata.name | urlquery}} '
lines=$lines'{{with .metadata.annotations}}{{index . "aksarcjit.io/not-after" | urlquery}}{{end}}{{"\n"}}{{end}}'

# What can be listed is judged even where the rest cannot.
list() {
  status=0
  for kind in clusterrolebindings rolebindings; do
    kubectl get "$kind" --all-namespaces --selector=app.kubernetes.io/managed-by=aksarcjit --request-timeout=10s --output=go-template="$lines" || status=1
  done
  return "$status"
}

# Sets at to the seconds since 1970 of 2026-11-23T22%3A36%3A10Z; fails where it is no such time. (date -d is no POSIX. Not by $( ): a
# process for each of thousands of bindings would outlast the pod's deadline, and nothing at all would be removed.)
seconds() {
  case $1 in
    [0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]%3A[0-5][0-9]%3A[0-5][0-9]Z) ;;
    *) return 1 ;;
  esac
  day=${1%%T*} clock=${1#*T}
  y=${day%%-*} m=${day#*-} d=${day##*-} hour=${clock%%\%*} minute=${clock#*%3A} second=${clock##*%3A}
  # 1 in front, so that 08 is no octal number.
  y=$((1$y - 10000)) m=$((1${m%-*} - 100)) d=$((1$d - 100))
  hour=$((1$hour - 100)) minute=$((1${minute%\%*} - 100)) second=$((1${second%Z} - 100))
  [ "$m" -ge 1 ] && [ "$m" -le 12 ] && [ "$d" -ge 1 ] && [ "$d" -le 31 ] && [ "$hour" -le 23 ] || return 1
  # The year begins in March, so that the leap day is its last.
  [ "$m" -gt 2 ] || { y=$((y - 1)); m=$((m + 12)); }
  at=$(((365 * y + y / 4 - y / 100 + y / 400 + (153 * (m - 3) + 2) / 5 + d - 719469) * 86400 + hour * 3600 + minute * 60 + second))
}

# True if the binding of the line is past its end.
expired() { # created role|other notAfter
  if seconds "$3"; then end=$at; elif [ "$2" = role ]; then return 0; else return 1; fi
  if [ -n "$MAXIMUM_SECONDS" ] && [ "$2" = role ] && seconds "$1"; then
    latest=$((at + MAXIMUM_SECONDS + 90))
    [ "$end" -le "$latest" ] || end=$latest
  fi
  [ "$now" -ge "$end" ]
}

overdue() {
  printf '%s\n' "$1" | while read -r uid created role path not_after; do
    [ -n "$uid" ] && expired "$created" "$role" "$not_after" && printf '%s %s\n' "$uid" "$path"
  done
}

# The cluster's own clock, which also set creationTimestamp; a node's may be off.
now=$(kubectl auth whoami --request-timeout=10s --output=go-template='{{.metadata.creationTimestamp | urlquery}}' 2>/dev/null) && seconds "$now" && now=$at || now=$(date -u +%s)

if ! standing=$(list) && [ -z "$(overdue "$standing")" ]; then
  echo "The bindings could not all be listed; nothing was removed." >&2
  exit 1
fi
# Every WORKERS-th line of those that are past their end, from the given one on.
remove() { # worker
  line=0
  while read -r uid path; do
    line=$((line + 1))
    [ $((line % WORKERS)) -eq "$1" ] || continue
    # urlquery writes a space as in a form, a path wants it escaped.
    while [ "$path" != "${path#*+}" ]; do path=${path%%+*}%20${path#*+}; done
    echo "Removing $path ($uid): past its end."
    # By uid: one that was made anew under the name meanwhile is judged on its own, below or in the next minute.
    # Background, said aloud, also takes what somebody deleted in the foreground and whose dependents hold it up.
    printf '{"kind":"DeleteOptions","apiVersion":"rbac.authorization.k8s.io/v1","propagationPolicy":"Background","preconditions":{"uid":"%s"}}' "$uid" |
      kubectl delete --raw "$api/$path" --request-timeout=10s --filename=- >/dev/null ||
      echo "$path ($uid) was not deleted." >&2
  done
}

# One kubectl deletes many in one go only by name, without the uid: hence several at once.
past=$(overdue "$standing")
worker=0
while [ -n "$past" ] && [ "$worker" -lt "$WORKERS" ]; do
  printf '%s\n' "$past" | remove "$worker" &
  worker=$((worker + 1))
done
wait

if ! standing=$(list); then
  echo "The bindings could not all be listed: what stands past its end is not known." >&2
  exit 1
fi
left=$(overdue "$standing")
if [ -n "$left" ]; then
  echo "Past their end, and still there:" >&2
  echo "$left" >&2
  exit 1
fi
[ -n "$MAXIMUM_SECONDS" ]
