
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'fabric' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'fabric'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'fabric' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one profile: totals, top functions, top call paths, and how far it can be trusted')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict')
            [CompletionResult]::new('trend', 'trend', [CompletionResultType]::ParameterValue, 'Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'fabric;show' {
            [CompletionResult]::new('--sample-index', '--sample-index', [CompletionResultType]::ParameterName, 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]')
            [CompletionResult]::new('--focus', '--focus', [CompletionResultType]::ParameterName, 'Only stacks with a function, file or module that matches')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'No stacks with a function, file or module that matches')
            [CompletionResult]::new('--hide', '--hide', [CompletionResultType]::ParameterName, 'Leave frames out whose function, file or module matches')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What a row of the first table is')
            [CompletionResult]::new('--retainers', '--retainers', [CompletionResultType]::ParameterName, 'Who holds the objects of this constructor, or the object with this number, like @1234: the shortest ways to the roots, those that are held in the same way in one line')
            [CompletionResult]::new('--symbols', '--symbols', [CompletionResultType]::ParameterName, 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the result [default: by the ending of --output, else table]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether a table is coloured')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Write a copy with every string that is no name of code replaced by its length and a keyed hash; objects, sizes and references stay as they are')
            [CompletionResult]::new('--no-symbolize', '--no-symbolize', [CompletionResultType]::ParameterName, 'Do not look for names of addresses')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;diff' {
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'A pinned profile to compare with, in the place of the older one')
            [CompletionResult]::new('--max-growth', '--max-growth', [CompletionResultType]::ParameterName, 'Exit with 1 if the total grew by more than this, like 8MiB or 5%, and by more than noise; with 6 if the data cannot tell')
            [CompletionResult]::new('--sample-index', '--sample-index', [CompletionResultType]::ParameterName, 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]')
            [CompletionResult]::new('--focus', '--focus', [CompletionResultType]::ParameterName, 'Only stacks with a function, file or module that matches')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'No stacks with a function, file or module that matches')
            [CompletionResult]::new('--hide', '--hide', [CompletionResultType]::ParameterName, 'Leave frames out whose function, file or module matches')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What a row is')
            [CompletionResult]::new('--alive-in', '--alive-in', [CompletionResultType]::ParameterName, 'Also say what came between the two and is still alive in this later heap snapshot of the same process: the method of three snapshots. For snapshots that the process writes itself: V8 numbers its objects anew when an inspector is closed, as `fabric snapshot --pid` does')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell')
            [CompletionResult]::new('--symbols', '--symbols', [CompletionResultType]::ParameterName, 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the result [default: by the ending of --output, else table]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether a table is coloured')
            [CompletionResult]::new('--normalize', '--normalize', [CompletionResultType]::ParameterName, 'Scale the second profile to the total of the first before comparing')
            [CompletionResult]::new('--no-symbolize', '--no-symbolize', [CompletionResultType]::ParameterName, 'Do not look for names of addresses')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;trend' {
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only snapshots up to this time, written in the same ways')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'Only the last N snapshots')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Only this service, where there are several: its program, or the beginning of its file names')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Only the process with this id, where there are several')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time from one snapshot to the next, like 30m, where the files do not tell')
            [CompletionResult]::new('--sample-index', '--sample-index', [CompletionResultType]::ParameterName, 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]')
            [CompletionResult]::new('--focus', '--focus', [CompletionResultType]::ParameterName, 'Only stacks with a function, file or module that matches')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'No stacks with a function, file or module that matches')
            [CompletionResult]::new('--hide', '--hide', [CompletionResultType]::ParameterName, 'Leave frames out whose function, file or module matches')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What a row of the table of others that moved is')
            [CompletionResult]::new('--symbols', '--symbols', [CompletionResultType]::ParameterName, 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the result [default: by the ending of --output, else table]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether a table is coloured')
            [CompletionResult]::new('--no-symbolize', '--no-symbolize', [CompletionResultType]::ParameterName, 'Do not look for names of addresses')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;report' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the page')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only snapshots up to this time, written in the same ways')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'Only the last N snapshots')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Only this service, where there are several: its program, or the beginning of its file names')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Only the process with this id, where there are several')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time from one snapshot to the next, like 30m, where the files do not tell')
            [CompletionResult]::new('--sample-index', '--sample-index', [CompletionResultType]::ParameterName, 'The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]')
            [CompletionResult]::new('--focus', '--focus', [CompletionResultType]::ParameterName, 'Only stacks with a function, file or module that matches')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'No stacks with a function, file or module that matches')
            [CompletionResult]::new('--hide', '--hide', [CompletionResultType]::ParameterName, 'Leave frames out whose function, file or module matches')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What a row of the table of others that moved is')
            [CompletionResult]::new('--symbols', '--symbols', [CompletionResultType]::ParameterName, 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file, whole or not at all, instead of standard output')
            [CompletionResult]::new('--md', '--md', [CompletionResultType]::ParameterName, 'Write Markdown as GitHub renders it: --format md [default, unless --output ends in .html]')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Write one HTML page that opens without network: --format html')
            [CompletionResult]::new('--no-symbolize', '--no-symbolize', [CompletionResultType]::ParameterName, 'Do not look for names of addresses')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;snapshot' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The folder of snapshots; it is made where it is not there')
            [CompletionResult]::new('--trigger', '--trigger', [CompletionResultType]::ParameterName, 'Why the snapshot is taken')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'The process that the profile is of, whose memory and limits are recorded; without SOURCE, a Node process to take a heap snapshot of')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The name of the service, for folders with several')
            [CompletionResult]::new('--watch-prefix', '--watch-prefix', [CompletionResultType]::ParameterName, 'File every dump whose path begins so, as it appears, until stopped (jemalloc''s prof_prefix)')
            [CompletionResult]::new('--min-interval', '--min-interval', [CompletionResultType]::ParameterName, 'Do nothing when the newest snapshot is younger than this, like 10m')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header, or those in a file, one per line; may be given several times')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Send the token in this file (`Authorization: Bearer`) [default: that in the environment variable FABRIC_TOKEN]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Everything may take this long [default: 30s; a heap snapshot over the inspector 10m]')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'What comes may be this large [default: 1GiB]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file as well as those of the system')
            [CompletionResult]::new('--unix-socket', '--unix-socket', [CompletionResultType]::ParameterName, 'Connect to this Unix socket, whatever host the URL names')
            [CompletionResult]::new('--allocator-stats', '--allocator-stats', [CompletionResultType]::ParameterName, 'Record the allocator''s own counters from here: jemalloc''s JSON, Go''s /debug/vars, or /metrics')
            [CompletionResult]::new('--inspector', '--inspector', [CompletionResultType]::ParameterName, 'The inspector of the Node process [default: where the process listens]')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Keep so many snapshots, those that are pinned not counted; or `all`')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Keep snapshots for this long; or `all`')
            [CompletionResult]::new('--max-bytes', '--max-bytes', [CompletionResultType]::ParameterName, 'Keep so many bytes in total; or `all`')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Never prune this snapshot')
            [CompletionResult]::new('--unpin', '--unpin', [CompletionResultType]::ParameterName, 'Let this snapshot be pruned again')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How --list and --dry-run write')
            [CompletionResult]::new('--symbols', '--symbols', [CompletionResultType]::ParameterName, 'A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times')
            [CompletionResult]::new('--keep-original', '--keep-original', [CompletionResultType]::ParameterName, 'Keep the bytes as they came, too, where they are converted')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print the path of what is stored, and on standard error what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print the path of what is stored, and on standard error what is done')
            [CompletionResult]::new('--allow-remote-inspector', '--allow-remote-inspector', [CompletionResultType]::ParameterName, 'Talk to an inspector that is not on this machine''s loopback: everybody on the way can read the heap')
            [CompletionResult]::new('--wake', '--wake', [CompletionResultType]::ParameterName, 'Wake the inspector of the Node process with SIGUSR1 where it sleeps, and put it to sleep again')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'Show what is in the folder, and take nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what retention would remove now, and take nothing; it removes after each snapshot that is taken')
            [CompletionResult]::new('--no-symbolize', '--no-symbolize', [CompletionResultType]::ParameterName, 'Do not look for names of addresses')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;serve' {
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'The folder of logs; it may appear later [default: ~/.needle/logs]')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where to listen; may be given several times. Another address than a loopback one needs a token [default: 127.0.0.1:3000]')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'What the server remembers from run to run: how far the logs were read, alerts, heap snapshots; for one server alone [default: $STATE_DIRECTORY, or fabric in $XDG_STATE_HOME or ~/.local/state]')
            [CompletionResult]::new('--snapshot-dir', '--snapshot-dir', [CompletionResultType]::ParameterName, 'Where the server keeps heap snapshots of itself, the newest 50 and those that are pinned, for `fabric trend` [default: snapshots in --state-dir]')
            [CompletionResult]::new('--snapshot-interval', '--snapshot-interval', [CompletionResultType]::ParameterName, 'From one heap snapshot to the next; at least 1s [default: 30m]')
            [CompletionResult]::new('--no-own-snapshots', '--no-own-snapshots', [CompletionResultType]::ParameterName, 'Take no heap snapshots of the server itself')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this TOML file')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Take heap profiles of another service, too, and judge them; may be given up to 64 times. Without a path in the URL, /debug/pprof/heap is fetched; a socket is written http+unix:///run/api.sock/debug/pprof/heap, and a comma in a URL %2C')
            [CompletionResult]::new('--watch-dir', '--watch-dir', [CompletionResultType]::ParameterName, 'The folder for their profiles, each in a folder of its name: the newest 50 and those that are pinned [default: watched in --state-dir]')
            [CompletionResult]::new('--watch-interval', '--watch-interval', [CompletionResultType]::ParameterName, 'From one profile of a service to the next; at least 1s [default: --snapshot-interval]')
            [CompletionResult]::new('--watch-limit', '--watch-limit', [CompletionResultType]::ParameterName, 'The memory ceiling of a service, like api=512MiB [default: the cgroup limit recorded with its profiles]')
            [CompletionResult]::new('--watch-token-file', '--watch-token-file', [CompletionResultType]::ParameterName, 'The file with the bearer token that a service asks for; it is read each time')
            [CompletionResult]::new('--auth-token-file', '--auth-token-file', [CompletionResultType]::ParameterName, 'The file with the token that POST needs [default: systemd''s credential auth-token, else the variable FABRIC_AUTH_TOKEN, else none]')
            [CompletionResult]::new('--auth-reads', '--auth-reads', [CompletionResultType]::ParameterName, 'Ask for the token for reading, too: GET and the WebSocket. Without this everybody who reaches the server can read')
            [CompletionResult]::new('--allowed-host', '--allowed-host', [CompletionResultType]::ParameterName, 'A name under which browsers may reach the server, beside localhost and addresses, like ops.example; may be given several times')
            [CompletionResult]::new('--allowed-origin', '--allowed-origin', [CompletionResultType]::ParameterName, 'Another origin whose pages may connect, like https://ops.example; may be given several times')
            [CompletionResult]::new('--alert-within', '--alert-within', [CompletionResultType]::ParameterName, 'A memory limit that is expected to be reached within this time is an alert; the last quarter of it is critical [default: 1d]')
            [CompletionResult]::new('--alert-webhook', '--alert-webhook', [CompletionResultType]::ParameterName, 'POST each notification to this http or https URL, as JSON (`man fabric-json`, fabric.alert/1). Give a URL that is a secret in the environment or the file: everybody sees a command line')
            [CompletionResult]::new('--alert-webhook-secret-file', '--alert-webhook-secret-file', [CompletionResultType]::ParameterName, 'Sign what is posted with the secret in this file, at least 16 bytes: X-Fabric-Signature is the HMAC-SHA256 of X-Fabric-Timestamp, a dot and the body')
            [CompletionResult]::new('--alert-command', '--alert-command', [CompletionResultType]::ParameterName, 'Run this with /bin/sh for each notification: the JSON on standard input, the essentials in FABRIC_ALERT_CHANGE, _HOST, _ID, _IDENTITY, _KIND, _REASON, _SCOPE, _SEVERITY, _STATUS, _SUMMARY and _TEXT; killed after 30 s')
            [CompletionResult]::new('--max-clients', '--max-clients', [CompletionResultType]::ParameterName, 'WebSocket clients at once; one more gets 503 [default: 1000]')
            [CompletionResult]::new('--client-rate', '--client-rate', [CompletionResultType]::ParameterName, 'WebSocket connections of one address in a second, over time; beyond, it gets 429 [default: 50]')
            [CompletionResult]::new('--max-rss', '--max-rss', [CompletionResultType]::ParameterName, 'Above this resident set no further log file is opened; at least 32MiB [default: 400MiB]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'The memory that the server may hold: above 80 % of it a heap snapshot is taken, and projections end there [default: what its control group allows (memory.max, else memory.high), else none]')
            [CompletionResult]::new('--max-files', '--max-files', [CompletionResultType]::ParameterName, 'Log files that are open at once; beyond, the longest silent is closed and opened again when it grows [default: 200]')
            [CompletionResult]::new('--history', '--history', [CompletionResultType]::ParameterName, 'How much of the logs is read at start to rebuild the picture; a log in which every line is older than that is read whole if it was put there since [default: 4h]')
            [CompletionResult]::new('--poll-interval', '--poll-interval', [CompletionResultType]::ParameterName, 'How often the folder is looked through although nothing was heard of a change; at least 10ms [default: 2s]')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How: text on a terminal, the journal''s own protocol under systemd, else JSON [default: auto]')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'How much: error, warn, info, debug or trace [default: info]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Print the settings that count, and where each and the token come from, and end: 0 if the server could start with them, else 2 with what is in the way. Addresses and folders are tried, and left as they were')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;man' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'fabric;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one profile: totals, top functions, top call paths, and how far it can be trusted')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict')
            [CompletionResult]::new('trend', 'trend', [CompletionResultType]::ParameterValue, 'Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'fabric;help;show' {
            break
        }
        'fabric;help;diff' {
            break
        }
        'fabric;help;trend' {
            break
        }
        'fabric;help;report' {
            break
        }
        'fabric;help;snapshot' {
            break
        }
        'fabric;help;serve' {
            break
        }
        'fabric;help;completions' {
            break
        }
        'fabric;help;man' {
            break
        }
        'fabric;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
