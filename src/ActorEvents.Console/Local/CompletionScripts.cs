namespace ActorEvents.Aectl.Local;

/// <summary>Scripts that ask the hidden <c>aectl __complete</c> for each Tab, so that they know what the node knows.</summary>
internal static class CompletionScripts
{
    // Bash cuts words at ':' and '=', which addresses and keys are full of: the whole line is handed over, and what stands before the cut is taken off the answers again.
    private const string Bash = """
        _aectl() {
            local line="${COMP_LINE:0:COMP_POINT}" value
            local whole="${line##*[[:space:]]}"
            local cut="${whole%"$2"}"
            COMPREPLY=()
            while IFS= read -r value; do
                [[ $value == "$cut"* ]] && COMPREPLY+=("$(printf '%q' "${value#"$cut"}")")
            done < <(aectl __complete --line "$line" 2>/dev/null)
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
        }
        complete -o default -F _aectl aectl

        """;

    private const string Zsh = """
        #compdef aectl
        _aectl() {
            local -a values
            values=("${(@f)$(aectl __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ -n "${values[1]}" ]]; then compadd -- "${values[@]}"; else _files; fi
        }
        compdef _aectl aectl

        """;

    private const string Fish = """
        function __aectl_complete
            set -l words (commandline -opc) (commandline -ct)
            aectl __complete -- $words[2..-1] 2>/dev/null
        end
        complete -c aectl -a '(__aectl_complete)'

        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName aectl -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
            if ($wordToComplete -eq '') { $words += '' }
            aectl __complete -- @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;

    public static string Of(string shell) => shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => PowerShell };
}
