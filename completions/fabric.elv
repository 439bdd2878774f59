
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
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'fabric;show'= {
            cand --sample-index 'The value type to look at, like inuse_space or alloc_objects [default: bytes in use]'
            cand --focus 'Only stacks with a function, file or module that matches'
            cand --ignore 'No stacks with a function, file or module that matches'
            cand --hide 'Leave frames out whose function, file or module matches'
            cand --top 'How many rows to show; 0 shows all'
            cand --by 'What a row of the first table is'
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
        &'fabric;diff'= {
            cand --sample-index 'The value type to look at, like inuse_space or alloc_objects [default: bytes in use]'
            cand --focus 'Only stacks with a function, file or module that matches'
            cand --ignore 'No stacks with a function, file or module that matches'
            cand --hide 'Leave frames out whose function, file or module matches'
            cand --top 'How many rows to show; 0 shows all'
            cand --by 'What a row is'
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
        &'fabric;help'= {
            cand show 'Show one profile: totals, top functions, top call paths, and how far it can be trusted'
            cand diff 'Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'fabric;help;show'= {
        }
        &'fabric;help;diff'= {
        }
        &'fabric;help;help'= {
        }
    ]
    $completions[$command]
}
