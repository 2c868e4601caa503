using System.Text;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>One line of the shell or of a script, in words: '…' as it stands, "…" with \" and \\, \ before anything; <c>&gt; file</c> and <c>&gt;&gt; file</c>.</summary>
internal sealed record ShellLine(IReadOnlyList<string> Words, string? File, bool Append)
{
    /// <summary>Characters.</summary>
    public const int MaxLength = 65_536;

    /// <exception cref="ConsoleFailure">64: what is wrong with the line.</exception>
    public static ShellLine Read(string line)
    {
        if (line.Length > MaxLength)
        {
            throw ConsoleFailure.Usage($"The line has {line.Length:N0} characters; {MaxLength:N0} are taken.", "Give less at once.");
        }

        if (line.Contains('\0', StringComparison.Ordinal))
        {
            throw ConsoleFailure.Usage("The line holds a NUL character.", "Leave it out.");
        }

        if (line.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw ConsoleFailure.Usage("The line is not UTF-8.", "Write it in UTF-8.");
        }

        var (words, open) = Split(line);
        return open switch
        {
            '\\' => throw ConsoleFailure.Usage("The line ends with a backslash that escapes nothing.", "Write \\\\ for a backslash."),
            not '\0' => throw ConsoleFailure.Usage($"A quote {open} is opened and not closed.", $"Close it, or write \\{open} for the character."),
            _ => Redirected(words),
        };
    }

    /// <summary>The words so far of a line that is being written; the last one, maybe empty, is where the cursor is.</summary>
    public static IReadOnlyList<string> ReadUnfinished(string line)
    {
        var (words, open) = Split(line);
        return [.. words.Select(w => w.Text), .. open == '\0' && (line.Length == 0 || char.IsWhiteSpace(line[^1])) && !line.EndsWith("\\ ", StringComparison.Ordinal) ? [""] : Array.Empty<string>()];
    }

    /// <summary>The word as it must be written to be read again.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c > '\x7f' || "-_./:@%+=,#~$[]{}!?*()&;^|".Contains(c, StringComparison.Ordinal)) ? word
        : word.Contains('\'', StringComparison.Ordinal) ? $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : $"'{word}'";

    private static ShellLine Redirected(List<(string Text, bool Quoted)> words)
    {
        var at = words.FindIndex(w => !w.Quoted && w.Text.StartsWith('>'));
        if (at < 0)
        {
            return new ShellLine([.. words.Select(w => w.Text)], null, Append: false);
        }

        var append = words[at].Text.StartsWith(">>", StringComparison.Ordinal);
        var joined = words[at].Text[(append ? 2 : 1)..];
        string[] files = [.. joined.Length > 0 ? [joined] : Array.Empty<string>(), .. words.Skip(at + 1).Select(w => w.Text)];
        return files is [{ Length: > 0 } file]
            ? new ShellLine([.. words.Take(at).Select(w => w.Text)], file, append)
            : throw ConsoleFailure.Usage($"One file follows {(append ? ">>" : ">")}, at the end of the line.", "For example: actor hierarchy > tree.txt. A value that begins with '>' stands in quotes.");
    }

    private static (List<(string Text, bool Quoted)> Words, char Open) Split(string line)
    {
        var words = new List<(string, bool)>();
        var word = new StringBuilder();
        var (inWord, wasQuoted, quote) = (false, false, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && quote != '\'')
            {
                if (i + 1 == line.Length)
                {
                    words.Add((word.ToString(), wasQuoted));
                    return (words, '\\');
                }

                // Within "…" only these two need it; a Windows path or a pattern keeps its backslashes.
                if (quote == '"' && line[i + 1] is not ('"' or '\\'))
                {
                    word.Append(c);
                    continue;
                }

                word.Append(line[++i]);
                (inWord, wasQuoted) = (true, true);
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                (inWord, wasQuoted) = (true, true);
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                End();
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        End();
        return (words, quote);

        void End()
        {
            if (inWord || quote != '\0')
            {
                words.Add((word.ToString(), wasQuoted));
            }

            word.Clear();
            (inWord, wasQuoted) = (false, false);
        }
    }
}
