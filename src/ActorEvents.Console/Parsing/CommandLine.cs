using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>
/// A command line before the palettes are known: where to go, which command, and the rest for <see cref="InvocationParser"/>.
/// </summary>
/// <param name="Rest">All that follows the command, and the switches before it, in order.</param>
internal sealed record CommandLine(
    ConnectionOptions Connection, string? Palette, string? Command, IReadOnlyList<string> Rest, TimeSpan? Watch, string? Script, bool KeepGoing, bool Help, bool Version)
{
    private static readonly string[] ConnectionFlags = ["--socket", "--host", "--context", "--token-file"];
    private static readonly string[] Own = ["--file", "-f", "--keep-going", "--help", "-h", "--version"];

    /// <param name="single">Palettes that are a command by themselves.</param>
    /// <exception cref="ConsoleFailure">64.</exception>
    public static CommandLine Read(IReadOnlyList<string> arguments, IReadOnlySet<string> single)
    {
        var line = new CommandLine(new ConnectionOptions(), null, null, [], null, null, KeepGoing: false, Help: false, Version: false);
        var rest = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var named = line.Palette is not null && (line.Command is not null || single.Contains(line.Palette));
            if (argument == "--")
            {
                rest.AddRange(arguments.Skip(i));
                break;
            }

            var (name, value) = Split(argument);
            if (ConnectionFlags.Contains(name, StringComparer.Ordinal))
            {
                line = line with { Connection = With(line.Connection, name, value ?? Next(name)) };
            }
            else if (name == "--token")
            {
                throw ConsoleFailure.Usage("A token on the command line can be read by everybody on this machine.", "Put it into a file and give --token-file FILE, or set AECTL_TOKEN.", "--token");
            }
            else if (name == "--watch")
            {
                line = line with { Watch = value is null ? TimeSpan.FromSeconds(2) : Interval(value) };
            }
            else if (argument is "--help" or "-h")
            {
                line = line with { Help = true };
            }
            else if (named)
            {
                rest.Add(argument);
            }
            else if (argument.StartsWith('-') && argument.Length > 1)
            {
                line = BeforeTheCommand(argument, name, value);
            }
            else if (line.Palette is null && line.Connection.Address is null && Endpoint.LooksLikeAddress(argument))
            {
                line = line with { Connection = line.Connection with { Address = argument } };
            }
            else
            {
                line = line.Palette is null ? line with { Palette = argument } : line with { Command = argument };
            }

            string Next(string of) => i + 1 < arguments.Count && !(arguments[i + 1].StartsWith('-') && arguments[i + 1].Length > 1)
                ? arguments[++i]
                : throw ConsoleFailure.Usage($"{of} has no value.", $"Give one: {of} VALUE.", of);

            CommandLine BeforeTheCommand(string whole, string of, string? its)
            {
                switch (of)
                {
                    case "--version":
                        return line with { Version = true };
                    case "--keep-going":
                        return line with { KeepGoing = true };
                    case "-f" or "--file":
                        return line with { Script = its ?? Next(of) };
                }

                var option = GlobalOption.All.FirstOrDefault(o => o.Is(of))
                    ?? throw ConsoleFailure.Usage($"There is no switch '{of}'.", Nearest.Hint(of, [.. GlobalOption.All.Select(o => o.Name), .. ConnectionFlags, .. Own]), of);
                rest.Add(whole);
                if (option.Value is not null && its is null)
                {
                    rest.Add(Next(of));
                }

                return line;
            }
        }

        return line with { Rest = rest };
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static ConnectionOptions With(ConnectionOptions options, string name, string value)
    {
        if (value.Length == 0)
        {
            throw ConsoleFailure.Usage($"{name} has no value.", $"Give one: {name} VALUE.", name);
        }

        var former = name switch { "--socket" => options.Socket, "--host" => options.Host, "--context" => options.Context, _ => options.TokenFile };
        if (former is not null)
        {
            throw ConsoleFailure.Usage($"{name} is given twice.", "Give it once.", name);
        }

        return name switch
        {
            "--socket" => options with { Socket = value },
            "--host" => options with { Host = value },
            "--context" => options with { Context = value },
            _ => options with { TokenFile = value },
        };
    }

    private static TimeSpan Interval(string value) => Durations.Parse(value) is { } interval && interval >= TimeSpan.FromMilliseconds(100)
        ? interval
        : throw ConsoleFailure.Usage($"--watch={value} is no time of 100 ms or more.", $"Give {Durations.Form}, such as --watch=2s.", "--watch");
}
