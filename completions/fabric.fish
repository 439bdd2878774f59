# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_fabric_global_optspecs
    string join \n h/help V/version
end

function __fish_fabric_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_fabric_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_fabric_using_subcommand
    set -l cmd (__fish_fabric_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c fabric -n "__fish_fabric_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_needs_command" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "show" -d 'Show one profile: totals, top functions, top call paths, and how far it can be trusted'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "diff" -d 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "trend" -d 'Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "report" -d 'Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "snapshot" -d 'Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "serve" -d 'Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "man" -d 'Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events'
complete -c fabric -n "__fish_fabric_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c fabric -n "__fish_fabric_using_subcommand show" -l sample-index -d 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]' -r
complete -c fabric -n "__fish_fabric_using_subcommand show" -l focus -d 'Only stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand show" -l ignore -d 'No stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand show" -l hide -d 'Leave frames out whose function, file or module matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand show" -l top -d 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all' -r
complete -c fabric -n "__fish_fabric_using_subcommand show" -l by -d 'What a row of the first table is' -r -f -a "function\t'A function'
file\t'A source file'
line\t'A line of a function'
module\t'A package, crate or namespace, else a mapped file'
stack\t'A call path from the frame to blame outward'"
complete -c fabric -n "__fish_fabric_using_subcommand show" -l retainers -d 'Who holds the objects of this constructor, or the object with this number, like @1234: the shortest ways to the roots, those that are held in the same way in one line' -r
complete -c fabric -n "__fish_fabric_using_subcommand show" -l symbols -d 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand show" -l format -d 'How to write the result [default: by the ending of --output, else table]' -r -f -a "table\t'Text for a terminal'
json\t'Versioned JSON, see fabric-json(5)'
md\t'GitHub-flavoured Markdown'
html\t'One page with tables and flame graph that opens without network'
svg\t'A flame graph; of two profiles, red grew, blue shrank, and the more colourful the more certain'
pprof\t'A gzipped profile.proto for pprof, speedscope or Firefox Profiler'
folded\t'Folded stacks; of two profiles, with two counts'"
complete -c fabric -n "__fish_fabric_using_subcommand show" -s o -l output -d 'Write to this file, whole or not at all, instead of standard output' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand show" -l color -d 'Whether a table is coloured' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c fabric -n "__fish_fabric_using_subcommand show" -l redact -d 'Write a copy with every string that is no name of code replaced by its length and a keyed hash; objects, sizes and references stay as they are'
complete -c fabric -n "__fish_fabric_using_subcommand show" -l no-symbolize -d 'Do not look for names of addresses'
complete -c fabric -n "__fish_fabric_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand show" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l baseline -d 'A pinned profile to compare with, in the place of the older one' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l max-growth -d 'Exit with 1 if the total grew by more than this, like 8MiB or 5%, and by more than noise; with 6 if the data cannot tell' -r
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l sample-index -d 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]' -r
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l focus -d 'Only stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l ignore -d 'No stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l hide -d 'Leave frames out whose function, file or module matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l top -d 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all' -r
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l by -d 'What a row is' -r -f -a "function\t'A function'
file\t'A source file'
line\t'A line of a function'
module\t'A package, crate or namespace, else a mapped file'
stack\t'A call path from the frame to blame outward'"
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l alive-in -d 'Also say what came between the two and is still alive in this later heap snapshot of the same process: the method of three snapshots. For snapshots that the process writes itself: V8 numbers its objects anew when an inspector is closed, as `fabric snapshot --pid` does' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l fail-on -d 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell' -r -f -a "growing\t'Growth beyond noise, or a leak'
leaking\t'A leak'"
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l symbols -d 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l format -d 'How to write the result [default: by the ending of --output, else table]' -r -f -a "table\t'Text for a terminal'
json\t'Versioned JSON, see fabric-json(5)'
md\t'GitHub-flavoured Markdown'
html\t'One page with tables and flame graph that opens without network'
svg\t'A flame graph; of two profiles, red grew, blue shrank, and the more colourful the more certain'
pprof\t'A gzipped profile.proto for pprof, speedscope or Firefox Profiler'
folded\t'Folded stacks; of two profiles, with two counts'"
complete -c fabric -n "__fish_fabric_using_subcommand diff" -s o -l output -d 'Write to this file, whole or not at all, instead of standard output' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l color -d 'Whether a table is coloured' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l normalize -d 'Scale the second profile to the total of the first before comparing'
complete -c fabric -n "__fish_fabric_using_subcommand diff" -l no-symbolize -d 'Do not look for names of addresses'
complete -c fabric -n "__fish_fabric_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand diff" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l fail-on -d 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell' -r -f -a "growing\t'Growth that may yet settle, or a leak'
leaking\t'A leak'"
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l limit -d 'The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l since -d 'Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l until -d 'Only snapshots up to this time, written in the same ways' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l last -d 'Only the last N snapshots' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l service -d 'Only this service, where there are several: its program, or the beginning of its file names' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l pid -d 'Only the process with this id, where there are several' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l interval -d 'Time from one snapshot to the next, like 30m, where the files do not tell' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l sample-index -d 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l focus -d 'Only stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l ignore -d 'No stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l hide -d 'Leave frames out whose function, file or module matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l top -d 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all' -r
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l by -d 'What a row of the table of others that moved is' -r -f -a "function\t'A function'
file\t'A source file'
line\t'A line of a function'
module\t'A package, crate or namespace, else a mapped file'
stack\t'A call path from the frame to blame outward'"
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l symbols -d 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l format -d 'How to write the result [default: by the ending of --output, else table]' -r -f -a "table\t'Text for a terminal'
json\t'Versioned JSON, see fabric-json(5)'
md\t'GitHub-flavoured Markdown'
html\t'One page with tables and chart that opens without network'
svg\t'The chart'"
complete -c fabric -n "__fish_fabric_using_subcommand trend" -s o -l output -d 'Write to this file, whole or not at all, instead of standard output' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l color -d 'Whether a table is coloured' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c fabric -n "__fish_fabric_using_subcommand trend" -l no-symbolize -d 'Do not look for names of addresses'
complete -c fabric -n "__fish_fabric_using_subcommand trend" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand trend" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand report" -l format -d 'How to write the page' -r -f -a "md\t'Markdown as GitHub renders it'
html\t'One page that opens without network'"
complete -c fabric -n "__fish_fabric_using_subcommand report" -l fail-on -d 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell' -r -f -a "growing\t'Growth that may yet settle, or a leak'
leaking\t'A leak'"
complete -c fabric -n "__fish_fabric_using_subcommand report" -l limit -d 'The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l since -d 'Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l until -d 'Only snapshots up to this time, written in the same ways' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l last -d 'Only the last N snapshots' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l service -d 'Only this service, where there are several: its program, or the beginning of its file names' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l pid -d 'Only the process with this id, where there are several' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l interval -d 'Time from one snapshot to the next, like 30m, where the files do not tell' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l sample-index -d 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l focus -d 'Only stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l ignore -d 'No stacks with a function, file or module that matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l hide -d 'Leave frames out whose function, file or module matches' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l top -d 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all' -r
complete -c fabric -n "__fish_fabric_using_subcommand report" -l by -d 'What a row of the table of others that moved is' -r -f -a "function\t'A function'
file\t'A source file'
line\t'A line of a function'
module\t'A package, crate or namespace, else a mapped file'
stack\t'A call path from the frame to blame outward'"
complete -c fabric -n "__fish_fabric_using_subcommand report" -l symbols -d 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand report" -s o -l output -d 'Write to this file, whole or not at all, instead of standard output' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand report" -l md -d 'Write Markdown as GitHub renders it: --format md [default, unless --output ends in .html]'
complete -c fabric -n "__fish_fabric_using_subcommand report" -l html -d 'Write one HTML page that opens without network: --format html'
complete -c fabric -n "__fish_fabric_using_subcommand report" -l no-symbolize -d 'Do not look for names of addresses'
complete -c fabric -n "__fish_fabric_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand report" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l dir -d 'The folder of snapshots; it is made where it is not there' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l trigger -d 'Why the snapshot is taken' -r -f -a "manual\t''
periodic\t''
memory-pressure\t''
oom-risk\t''
test\t''"
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l pid -d 'The process that the profile is of, whose memory and limits are recorded; without SOURCE, a Node process to take a heap snapshot of' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l service -d 'The name of the service, for folders with several' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l watch-prefix -d 'File every dump whose path begins so, as it appears, until stopped (jemalloc\'s prof_prefix)' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l min-interval -d 'Do nothing when the newest snapshot is younger than this, like 10m' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l header -d 'Send this header, or those in a file, one per line; may be given several times' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l token-file -d 'Send the token in this file (`Authorization: Bearer`) [default: that in the environment variable FABRIC_TOKEN]' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l timeout -d 'Everything may take this long [default: 30s; a heap snapshot over the inspector 10m]' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l max-size -d 'What comes may be this large [default: 1GiB]' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l cacert -d 'Trust the authorities in this PEM file as well as those of the system' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l unix-socket -d 'Connect to this Unix socket, whatever host the URL names' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l allocator-stats -d 'Record the allocator\'s own counters from here: jemalloc\'s JSON, Go\'s /debug/vars, or /metrics' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l inspector -d 'The inspector of the Node process [default: where the process listens]' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l keep -d 'Keep so many snapshots, those that are pinned not counted; or `all`' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l max-age -d 'Keep snapshots for this long; or `all`' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l max-bytes -d 'Keep so many bytes in total; or `all`' -r
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l pin -d 'Never prune this snapshot' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l unpin -d 'Let this snapshot be pruned again' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l format -d 'How --list and --dry-run write' -r -f -a "table\t'Text for a terminal'
json\t'Versioned JSON, see fabric-json(5)'"
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l symbols -d 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l keep-original -d 'Keep the bytes as they came, too, where they are converted'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -s v -l verbose -d 'Print the path of what is stored, and on standard error what is done'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l allow-remote-inspector -d 'Talk to an inspector that is not on this machine\'s loopback: everybody on the way can read the heap'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l wake -d 'Wake the inspector of the Node process with SIGUSR1 where it sleeps, and put it to sleep again'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l list -d 'Show what is in the folder, and take nothing'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l dry-run -d 'Show what retention would remove now, and take nothing; it removes after each snapshot that is taken'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -l no-symbolize -d 'Do not look for names of addresses'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand snapshot" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l source -d 'The folder of logs; it may appear later [default: ~/.needle/logs]' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l listen -d 'Where to listen; may be given several times. Another address than a loopback one needs a token [default: 127.0.0.1:3000]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l state-dir -d 'What the server remembers from run to run: how far the logs were read, alerts, heap snapshots; for one server alone [default: $STATE_DIRECTORY, or fabric in $XDG_STATE_HOME or ~/.local/state]' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l snapshot-dir -d 'Where the server keeps heap snapshots of itself, the newest 50 and those that are pinned, for `fabric trend` [default: snapshots in --state-dir]' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l snapshot-interval -d 'From one heap snapshot to the next; at least 1s [default: 30m]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l no-own-snapshots -d 'Take no heap snapshots of the server itself' -r -f -a "true\t''
false\t''"
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l config -d 'Read settings from this TOML file' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l watch -d 'Take heap profiles of another service, too, and judge them; may be given up to 64 times. Without a path in the URL, /debug/pprof/heap is fetched; a socket is written http+unix:///run/api.sock/debug/pprof/heap, and a comma in a URL %2C' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l watch-dir -d 'The folder for their profiles, each in a folder of its name: the newest 50 and those that are pinned [default: watched in --state-dir]' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l watch-interval -d 'From one profile of a service to the next; at least 1s [default: --snapshot-interval]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l watch-limit -d 'The memory ceiling of a service, like api=512MiB [default: the cgroup limit recorded with its profiles]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l watch-token-file -d 'The file with the bearer token that a service asks for; it is read each time' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l auth-token-file -d 'The file with the token that POST needs [default: systemd\'s credential auth-token, else the variable FABRIC_AUTH_TOKEN, else none]' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l auth-reads -d 'Ask for the token for reading, too: GET and the WebSocket. Without this everybody who reaches the server can read' -r -f -a "true\t''
false\t''"
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l allowed-host -d 'A name under which browsers may reach the server, beside localhost and addresses, like ops.example; may be given several times' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l allowed-origin -d 'Another origin whose pages may connect, like https://ops.example; may be given several times' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l alert-within -d 'A memory limit that is expected to be reached within this time is an alert; the last quarter of it is critical [default: 1d]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l alert-webhook -d 'POST each notification to this http or https URL, as JSON (`man fabric-json`, fabric.alert/1). Give a URL that is a secret in the environment or the file: everybody sees a command line' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l alert-webhook-secret-file -d 'Sign what is posted with the secret in this file, at least 16 bytes: X-Fabric-Signature is the HMAC-SHA256 of X-Fabric-Timestamp, a dot and the body' -r -F
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l alert-command -d 'Run this with /bin/sh for each notification: the JSON on standard input, the essentials in FABRIC_ALERT_CHANGE, _HOST, _ID, _IDENTITY, _KIND, _REASON, _SCOPE, _SEVERITY, _STATUS, _SUMMARY and _TEXT; killed after 30 s' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l max-clients -d 'WebSocket clients at once; one more gets 503 [default: 1000]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l client-rate -d 'WebSocket connections of one address in a second, over time; beyond, it gets 429 [default: 50]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l max-rss -d 'Above this resident set no further log file is opened; at least 32MiB [default: 400MiB]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l limit -d 'The memory that the server may hold: above 80 % of it a heap snapshot is taken, and projections end there [default: what its control group allows (memory.max, else memory.high), else none]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l max-files -d 'Log files that are open at once; beyond, the longest silent is closed and opened again when it grows [default: 200]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l history -d 'How much of the logs is read at start to rebuild the picture; a log in which every line is older than that is read whole if it was put there since [default: 4h]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l poll-interval -d 'How often the folder is looked through although nothing was heard of a change; at least 10ms [default: 2s]' -r
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l log-format -d 'How: text on a terminal, the journal\'s own protocol under systemd, else JSON [default: auto]' -r -f -a "auto\t'What suits standard error'
text\t'For people'
json\t'One object a line'
journal\t'The journal of systemd'"
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l log-level -d 'How much: error, warn, info, debug or trace [default: info]' -r -f -a "error\t'What is broken'
warn\t'What may break'
info\t'Starts, stops, and what changes rarely'
debug\t'Every connection'
trace\t'Everything'"
complete -c fabric -n "__fish_fabric_using_subcommand serve" -l check -d 'Print the settings that count, and where each and the token come from, and end: 0 if the server could start with them, else 2 with what is in the way. Addresses and folders are tried, and left as they were'
complete -c fabric -n "__fish_fabric_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand serve" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand completions" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fabric -n "__fish_fabric_using_subcommand man" -s V -l version -d 'Print version'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "show" -d 'Show one profile: totals, top functions, top call paths, and how far it can be trusted'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "diff" -d 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "trend" -d 'Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "report" -d 'Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "snapshot" -d 'Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "serve" -d 'Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "completions" -d 'Print the completions for a shell'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "man" -d 'Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events'
complete -c fabric -n "__fish_fabric_using_subcommand help; and not __fish_seen_subcommand_from show diff trend report snapshot serve completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
