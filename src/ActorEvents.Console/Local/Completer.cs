using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Local;

/// <summary>What may stand where the cursor is.</summary>
/// <param name="connect">Null where there is no node: then only aectl's own words are known.</param>
internal sealed class Completer(Func<ConnectionOptions, NodeClient?> connect)
{
    private static readonly string[] ConnectionFlags = ["--host", "--socket", "--context", "--token-file"];
    private static readonly string[] Outputs = ["table", "wide", "json", "jsonl", "tsv", "none"];

    /// <param name="words">Those before the cursor; the last one, maybe empty, is completed.</param>
    /// <returns>Whole words.</returns>
    public async Task<IReadOnlyList<string>> CompleteAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        string[] before = [.. words.SkipLast(1)];
        var prefix = words.Count > 0 ? words[^1] : "";
        if (before is [.., var flag] && ConnectionFlags.Contains(flag, StringComparer.Ordinal))
        {
            return [];
        }

        var line = Read(before is [.., var last] && GlobalOption.All.Any(o => o.Value is not null && o.Is(last)) ? before[..^1] : before);
        if (line is null)
        {
            return [];
        }

        var single = LocalCommands.Single.FirstOrDefault(c => c.Name == line.Palette);
        var client = single is null && line.Palette != LocalCommands.Context.Name || single?.Name == "help" ? connect(line.Connection) : null;
        var palettes = await PalettesAsync(client, cancellationToken).ConfigureAwait(false);
        var palette = line.Palette == LocalCommands.Context.Name ? LocalCommands.Context : palettes?.FirstOrDefault(p => p.Name == line.Palette);
        var command = single ?? palette?.Find(line.Command ?? "");
        var values = (line, command) switch
        {
            _ when before is [.., var previous] && ValueOf(previous, command) is { } wanted => await ValuesAsync(wanted, prefix).ConfigureAwait(false),
            _ when prefix.StartsWith("--", StringComparison.Ordinal) && prefix.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && ValueOf(prefix[..at], command) is { } wanted =>
                (await ValuesAsync(wanted, prefix[(at + 1)..]).ConfigureAwait(false)).Select(v => prefix[..(at + 1)] + v),
            _ when prefix.StartsWith('-') => Switches(command),
            ({ Palette: null }, _) => [.. (palettes ?? []).Select(p => p.Name), LocalCommands.Context.Name, .. LocalCommands.SingleNames],
            (_, { Name: "help" }) when single is not null => Help(),
            (_, { } known) => Positional(known, line.Rest) is { } wanted ? await ValuesAsync(wanted, prefix).ConfigureAwait(false) : [],
            _ => line.Command is null && palette is not null ? palette.Commands.Select(c => c.Name) : [],
        };
        return [.. values.Where(v => v.StartsWith(prefix, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

        IEnumerable<string> Help() => line.Rest switch
        {
            [] => [.. (palettes ?? []).Select(p => p.Name), LocalCommands.Context.Name, .. LocalCommands.SingleNames],
            [var of] => (palettes ?? []).FirstOrDefault(p => p.Name == of)?.Commands.Select(c => c.Name) ?? [],
            _ => [],
        };

        async Task<IEnumerable<string>> ValuesAsync(Parameter wanted, string typed) =>
            wanted.Choices is { } choices ? choices
            : wanted.Complete && client is not null && palette is not null && command is not null ? await client.CompleteAsync(palette.Name, command.Name, wanted.Name, typed, cancellationToken).ConfigureAwait(false)
            : [];
    }

    private static async Task<IReadOnlyList<Palette>?> PalettesAsync(NodeClient? client, CancellationToken cancellationToken)
    {
        try
        {
            return client is null ? null : (await client.PalettesAsync(cancellationToken).ConfigureAwait(false)).Palettes;
        }
        catch (ConsoleFailure)
        {
            return null;
        }
    }

    private static CommandLine? Read(string[] words)
    {
        try
        {
            return CommandLine.Read(words, LocalCommands.SingleNames);
        }
        catch (ConsoleFailure)
        {
            return null;
        }
    }

    /// <summary>The parameter of which a value follows the switch.</summary>
    private static Parameter? ValueOf(string name, CommandDefinition? command) =>
        command?.Parameters.FirstOrDefault(p => !p.Positional && p.Kind != "flag" && (name == $"--{p.Name}" || (p.Short is { } s && name == $"-{s}")))
        ?? (GlobalOption.Output.Is(name) ? new Parameter { Choices = Outputs }
            : GlobalOption.Time.Is(name) ? new Parameter { Choices = ["iso", "relative", "unix"] }
            : GlobalOption.Columns.Is(name) && command is not null ? new Parameter { Choices = [.. command.Columns.Select(c => c.Name)] }
            : GlobalOption.All.Any(o => o.Value is not null && o.Is(name)) ? new Parameter()
            : null);

    private static IEnumerable<string> Switches(CommandDefinition? command) =>
        (command?.Parameters.Where(p => !p.Positional).Select(p => $"--{p.Name}") ?? []).Concat(GlobalOption.All.Select(o => o.Name)).Concat(ConnectionFlags).Append("--help");

    /// <summary>The positional parameter that comes next; switches and their values are not counted.</summary>
    private static Parameter? Positional(CommandDefinition command, IReadOnlyList<string> rest)
    {
        var (count, onlyValues) = (0, false);
        for (var i = 0; i < rest.Count; i++)
        {
            if (!onlyValues && rest[i].StartsWith('-') && rest[i].Length > 1)
            {
                onlyValues = rest[i] == "--";
                i += !onlyValues && ValueOf(rest[i], command) is not null ? 1 : 0;
            }
            else
            {
                count++;
            }
        }

        var positional = command.Parameters.Where(p => p.Positional).ToList();
        return count < positional.Count ? positional[count] : positional.LastOrDefault(p => p.Multiple);
    }
}
