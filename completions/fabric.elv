
use builtin;
use str;

set edit:completion:arg-completer[fabric] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'fabric'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'fabric'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand show 'Show one profile: totals, top functions, top call paths, and how far it can be trusted'
            cand diff 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict'
            cand trend 'Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit'
            cand report 'Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML'
            cand snapshot 'Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder'
            cand serve 'Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory'
            cand completions 'Print the completions for a shell'
            cand man 'Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'fabric;show'= {
            cand --sample-index 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]'
            cand --focus 'Only stacks with a function, file or module that matches'
            cand --ignore 'No stacks with a function, file or module that matches'
            cand --hide 'Leave frames out whose function, file or module matches'
            cand --top 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all'
            cand --by 'What a row of the first table is'
            cand --retainers 'Who holds the objects of this constructor, or the object with this number, like @1234: the shortest ways to the roots, those that are held in the same way in one line'
            cand --symbols 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times'
            cand --format 'How to write the result [default: by the ending of --output, else table]'
            cand -o 'Write to this file, whole or not at all, instead of standard output'
            cand --output 'Write to this file, whole or not at all, instead of standard output'
            cand --color 'Whether a table is coloured'
            cand --redact 'Write a copy with every string that is no name of code replaced by its length and a keyed hash; objects, sizes and references stay as they are'
            cand --no-symbolize 'Do not look for names of addresses'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;diff'= {
            cand --baseline 'A pinned profile to compare with, in the place of the older one'
            cand --max-growth 'Exit with 1 if the total grew by more than this, like 8MiB or 5%, and by more than noise; with 6 if the data cannot tell'
            cand --sample-index 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]'
            cand --focus 'Only stacks with a function, file or module that matches'
            cand --ignore 'No stacks with a function, file or module that matches'
            cand --hide 'Leave frames out whose function, file or module matches'
            cand --top 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all'
            cand --by 'What a row is'
            cand --alive-in 'Also say what came between the two and is still alive in this later heap snapshot of the same process: the method of three snapshots. For snapshots that the process writes itself: V8 numbers its objects anew when an inspector is closed, as `fabric snapshot --pid` does'
            cand --fail-on 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell'
            cand --symbols 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times'
            cand --format 'How to write the result [default: by the ending of --output, else table]'
            cand -o 'Write to this file, whole or not at all, instead of standard output'
            cand --output 'Write to this file, whole or not at all, instead of standard output'
            cand --color 'Whether a table is coloured'
            cand --normalize 'Scale the second profile to the total of the first before comparing'
            cand --no-symbolize 'Do not look for names of addresses'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;trend'= {
            cand --fail-on 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell'
            cand --limit 'The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]'
            cand --since 'Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one'
            cand --until 'Only snapshots up to this time, written in the same ways'
            cand --last 'Only the last N snapshots'
            cand --service 'Only this service, where there are several: its program, or the beginning of its file names'
            cand --pid 'Only the process with this id, where there are several'
            cand --interval 'Time from one snapshot to the next, like 30m, where the files do not tell'
            cand --sample-index 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]'
            cand --focus 'Only stacks with a function, file or module that matches'
            cand --ignore 'No stacks with a function, file or module that matches'
            cand --hide 'Leave frames out whose function, file or module matches'
            cand --top 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all'
            cand --by 'What a row of the table of others that moved is'
            cand --symbols 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times'
            cand --format 'How to write the result [default: by the ending of --output, else table]'
            cand -o 'Write to this file, whole or not at all, instead of standard output'
            cand --output 'Write to this file, whole or not at all, instead of standard output'
            cand --color 'Whether a table is coloured'
            cand --no-symbolize 'Do not look for names of addresses'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;report'= {
            cand --format 'How to write the page'
            cand --fail-on 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell'
            cand --limit 'The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]'
            cand --since 'Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one'
            cand --until 'Only snapshots up to this time, written in the same ways'
            cand --last 'Only the last N snapshots'
            cand --service 'Only this service, where there are several: its program, or the beginning of its file names'
            cand --pid 'Only the process with this id, where there are several'
            cand --interval 'Time from one snapshot to the next, like 30m, where the files do not tell'
            cand --sample-index 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]'
            cand --focus 'Only stacks with a function, file or module that matches'
            cand --ignore 'No stacks with a function, file or module that matches'
            cand --hide 'Leave frames out whose function, file or module matches'
            cand --top 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all'
            cand --by 'What a row of the table of others that moved is'
            cand --symbols 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times'
            cand -o 'Write to this file, whole or not at all, instead of standard output'
            cand --output 'Write to this file, whole or not at all, instead of standard output'
            cand --md 'Write Markdown as GitHub renders it: --format md [default, unless --output ends in .html]'
            cand --html 'Write one HTML page that opens without network: --format html'
            cand --no-symbolize 'Do not look for names of addresses'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;snapshot'= {
            cand --dir 'The folder of snapshots; it is made where it is not there'
            cand --trigger 'Why the snapshot is taken'
            cand --pid 'The process that the profile is of, whose memory and limits are recorded; without SOURCE, a Node process to take a heap snapshot of'
            cand --service 'The name of the service, for folders with several'
            cand --watch-prefix 'File every dump whose path begins so, as it appears, until stopped (jemalloc''s prof_prefix)'
            cand --min-interval 'Do nothing when the newest snapshot is younger than this, like 10m'
            cand --header 'Send this header, or those in a file, one per line; may be given several times'
            cand --token-file 'Send the token in this file (`Authorization: Bearer`) [default: that in the environment variable FABRIC_TOKEN]'
            cand --timeout 'Everything may take this long [default: 30s; a heap snapshot over the inspector 10m]'
            cand --max-size 'What comes may be this large [default: 1GiB]'
            cand --cacert 'Trust the authorities in this PEM file as well as those of the system'
            cand --unix-socket 'Connect to this Unix socket, whatever host the URL names'
            cand --allocator-stats 'Record the allocator''s own counters from here: jemalloc''s JSON, Go''s /debug/vars, or /metrics'
            cand --inspector 'The inspector of the Node process [default: where the process listens]'
            cand --keep 'Keep so many snapshots, those that are pinned not counted; or `all`'
            cand --max-age 'Keep snapshots for this long; or `all`'
            cand --max-bytes 'Keep so many bytes in total; or `all`'
            cand --pin 'Never prune this snapshot'
            cand --unpin 'Let this snapshot be pruned again'
            cand --format 'How --list and --dry-run write'
            cand --symbols 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times'
            cand --keep-original 'Keep the bytes as they came, too, where they are converted'
            cand -v 'Print the path of what is stored, and on standard error what is done'
            cand --verbose 'Print the path of what is stored, and on standard error what is done'
            cand --allow-remote-inspector 'Talk to an inspector that is not on this machine''s loopback: everybody on the way can read the heap'
            cand --wake 'Wake the inspector of the Node process with SIGUSR1 where it sleeps, and put it to sleep again'
            cand --list 'Show what is in the folder, and take nothing'
            cand --dry-run 'Show what retention would remove now, and take nothing; it removes after each snapshot that is taken'
            cand --no-symbolize 'Do not look for names of addresses'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;serve'= {
            cand --source 'The folder of logs; it may appear later [default: ~/.needle/logs]'
            cand --listen 'Where to listen; may be given several times. Another address than a loopback one needs a token [default: 127.0.0.1:3000]'
            cand --state-dir 'What the server remembers from run to run: how far the logs were read, alerts, heap snapshots; for one server alone [default: $STATE_DIRECTORY, or fabric in $XDG_STATE_HOME or ~/.local/state]'
            cand --snapshot-dir 'Where the server keeps heap snapshots of itself, the newest 50 and those that are pinned, for `fabric trend` [default: snapshots in --state-dir]'
            cand --snapshot-interval 'From one heap snapshot to the next; at least 1s [default: 30m]'
            cand --no-own-snapshots 'Take no heap snapshots of the server itself'
            cand --config 'Read settings from this TOML file'
            cand --watch 'Take heap profiles of another service, too, and judge them; may be given up to 64 times. Without a path in the URL, /debug/pprof/heap is fetched; a socket is written http+unix:///run/api.sock/debug/pprof/heap, and a comma in a URL %2C'
            cand --watch-dir 'The folder for their profiles, each in a folder of its name: the newest 50 and those that are pinned [default: watched in --state-dir]'
            cand --watch-interval 'From one profile of a service to the next; at least 1s [default: --snapshot-interval]'
            cand --watch-limit 'The memory ceiling of a service, like api=512MiB [default: the cgroup limit recorded with its profiles]'
            cand --watch-token-file 'The file with the bearer token that a service asks for; it is read each time'
            cand --auth-token-file 'The file with the token that POST needs [default: systemd''s credential auth-token, else the variable FABRIC_AUTH_TOKEN, else none]'
            cand --auth-reads 'Ask for the token for reading, too: GET and the WebSocket. Without this everybody who reaches the server can read'
            cand --allowed-host 'A name under which browsers may reach the server, beside localhost and addresses, like ops.example; may be given several times'
            cand --allowed-origin 'Another origin whose pages may connect, like https://ops.example; may be given several times'
            cand --alert-within 'A memory limit that is expected to be reached within this time is an alert; the last quarter of it is critical [default: 1d]'
            cand --alert-webhook 'POST each notification to this http or https URL, as JSON (`man fabric-json`, fabric.alert/1). Give a URL that is a secret in the environment or the file: everybody sees a command line'
            cand --alert-webhook-secret-file 'Sign what is posted with the secret in this file, at least 16 bytes: X-Fabric-Signature is the HMAC-SHA256 of X-Fabric-Timestamp, a dot and the body'
            cand --alert-command 'Run this with /bin/sh for each notification: the JSON on standard input, the essentials in FABRIC_ALERT_CHANGE, _HOST, _ID, _IDENTITY, _KIND, _REASON, _SCOPE, _SEVERITY, _STATUS, _SUMMARY and _TEXT; killed after 30 s'
            cand --max-clients 'WebSocket clients at once; one more gets 503 [default: 1000]'
            cand --client-rate 'WebSocket connections of one address in a second, over time; beyond, it gets 429 [default: 50]'
            cand --max-rss 'Above this resident set no further log file is opened; at least 32MiB [default: 400MiB]'
            cand --limit 'The memory that the server may hold: above 80 % of it a heap snapshot is taken, and projections end there [default: what its control group allows (memory.max, else memory.high), else none]'
            cand --max-files 'Log files that are open at once; beyond, the longest silent is closed and opened again when it grows [default: 200]'
            cand --history 'How much of the logs is read at start to rebuild the picture; a log in which every line is older than that is read whole if it was put there since [default: 4h]'
            cand --poll-interval 'How often the folder is looked through although nothing was heard of a change; at least 10ms [default: 2s]'
            cand --log-format 'How: text on a terminal, the journal''s own protocol under systemd, else JSON [default: auto]'
            cand --log-level 'How much: error, warn, info, debug or trace [default: info]'
            cand --check 'Print the settings that count, and where each and the token come from, and end: 0 if the server could start with them, else 2 with what is in the way. Addresses and folders are tried, and left as they were'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;completions'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;man'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'fabric;help'= {
            cand show 'Show one profile: totals, top functions, top call paths, and how far it can be trusted'
            cand diff 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict'
            cand trend 'Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit'
            cand report 'Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML'
            cand snapshot 'Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder'
            cand serve 'Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory'
            cand completions 'Print the completions for a shell'
            cand man 'Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'fabric;help;show'= {
        }
        &'fabric;help;diff'= {
        }
        &'fabric;help;trend'= {
        }
        &'fabric;help;report'= {
        }
        &'fabric;help;snapshot'= {
        }
        &'fabric;help;serve'= {
        }
        &'fabric;help;completions'= {
        }
        &'fabric;help;man'= {
        }
        &'fabric;help;help'= {
        }
    ]
    $completions[$command]
}
