//! What stands at the end of the long help of a command: examples, then its exit codes. A test holds that each example is a command line.

pub(crate) const SHOW: &str = "\
Examples:
  fabric show heap.pb.gz
  fabric show --by line --focus session heap.pb.gz
  fabric show heap.pb.gz -o heap.svg
  curl -s http://127.0.0.1:6060/debug/pprof/heap | fabric show -
  fabric show app.heapsnapshot --retainers Session

Exit codes:
  0  done
  2  the command line makes no sense
  3  the profile could not be read
  4  the result could not be written";

pub(crate) const DIFF: &str = "\
Examples:
  fabric diff heap.1.pb.gz heap.2.pb.gz
  fabric diff heap.1.pb.gz heap.2.pb.gz -o change.svg
  fabric diff --baseline ci/heap-baseline.pb.gz --max-growth 5% heap.pb.gz
  fabric diff a.heapsnapshot b.heapsnapshot --alive-in c.heapsnapshot

Exit codes:
  0  done
  1  done, and the condition of --fail-on or --max-growth holds
  2  the command line makes no sense
  3  a profile could not be read
  4  the result could not be written
  6  such a condition was given and the data cannot tell";

pub(crate) const TREND: &str = "\
Examples:
  fabric trend snapshots
  fabric trend snapshots --since 6h --limit 1.5GiB
  fabric trend --interval 30m jeprof.4711.0.m0.heap jeprof.4711.1.m1.heap
  fabric trend snapshots --fail-on leaking --format json

Exit codes:
  0  done
  1  done, and the condition of --fail-on holds
  2  the command line makes no sense
  3  no snapshot could be read
  4  the result could not be written
  6  --fail-on was given and the verdict is insufficient-data";

pub(crate) const REPORT: &str = "\
Examples:
  fabric report snapshots -o report.html
  fabric report snapshots --md --fail-on leaking -o trend.md

Exit codes:
  0  done
  1  done, and the condition of --fail-on holds
  2  the command line makes no sense
  3  no snapshot could be read
  4  the page could not be written
  6  --fail-on was given and the verdict is insufficient-data";

pub(crate) const SNAPSHOT: &str = "\
Examples:
  fabric snapshot http://127.0.0.1:6060/debug/pprof/heap --dir snapshots
  fabric snapshot https://web:8443/debug/pprof/heap --cacert ca.pem --token-file token --dir snapshots
  fabric snapshot http+unix:///run/web.sock/debug/pprof/heap --dir snapshots
  fabric snapshot jeprof.4711.9.i9.heap --dir snapshots --keep-original
  curl -s http://127.0.0.1:6060/debug/pprof/heap | fabric snapshot - --dir snapshots
  fabric snapshot --pid 4711 --dir snapshots
  fabric snapshot --watch-prefix /var/tmp/jeprof --dir snapshots
  fabric snapshot --list --dir snapshots
  fabric snapshot --pin snapshots/heap-1795458740250-manual.pb.gz

Exit codes:
  0  done, or there is a young snapshot already (--min-interval)
  2  the command line makes no sense
  3  the source gave no heap profile
  4  the folder could not be written";
