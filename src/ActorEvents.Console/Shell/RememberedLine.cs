using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Shell;

/// <summary>A line as the history keeps it: without the values of parameters that are secret.</summary>
internal static class RememberedLine
{
    public static string Of(string line, IReadOnlyList<string> words, PaletteSet? palettes)
    {
        var command = words.Count > 1 ? palettes?.Find(words[0])?.Find(words[1]) : null;
        // A mistyped command may hold what another one keeps secret.
        var secrets = (command is not null ? command.Parameters : (palettes?.Palettes ?? []).SelectMany(p => p.Commands).SelectMany(c => c.Parameters)).Where(p => p.Secret).ToList();
        if (secrets.Count == 0)
        {
            return line;
        }

        var kept = new List<string>();
        var position = 0;
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (secrets.Exists(s => word == $"--{s.Name}" || (s.Short is { } letter && word == $"-{letter}")))
            {
                i++;
            }
            else if (!secrets.Exists(s => word.StartsWith($"--{s.Name}=", StringComparison.Ordinal) || word.StartsWith($"--{s.Name}:", StringComparison.Ordinal) || (s.Short is { } letter && word.StartsWith($"-{letter}", StringComparison.Ordinal) && !word.StartsWith("--", StringComparison.Ordinal)))
                && !(i > 1 && !word.StartsWith('-') && IsSecretPosition(command, position++)))
            {
                kept.Add(word);
            }
        }

        return kept.Count == words.Count ? line : string.Join(' ', kept.Select(ShellLine.Quote));
    }

    private static bool IsSecretPosition(CommandDefinition? command, int position)
    {
        var positional = command?.Parameters.Where(p => p.Positional).ToList() ?? [];
        return positional.Exists(p => p.Secret) && (position >= positional.Count || positional[position].Secret);
    }
}
