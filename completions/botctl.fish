# Completion of botctl for fish, made by `botctl __generate completions`; edits are lost.
function __botctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete -- $words "$current" 2>/dev/null)
    set -l directive 4
    set -l found 0
    for line in $lines
        if string match -q ':*' -- $line
            set directive (string sub -s 2 -- $line)
        else
            set found 1
            echo $line
        end
    end
    if test $found -eq 0 -a $directive = 0
        __fish_complete_path "$current"
    end
end
complete -c botctl -f -a '(__botctl_complete)'
