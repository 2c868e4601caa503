using System.Text;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Running;

/// <summary>One line of an answer. By keys where there are some: a line that is waited for in vain would take the next one of the shell.</summary>
internal static class AnswerReader
{
    /// <exception cref="OperationCanceledException">Ctrl+C.</exception>
    public static async Task<string?> ReadAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        if (terminal.ReadKey is not { } readKey)
        {
            return (await terminal.In.ReadLineAsync(cancellationToken).ConfigureAwait(false))?.Trim();
        }

        terminal.KeysOnly(true);
        try
        {
            return ReadKeys(readKey, terminal.Error).Trim();
        }
        finally
        {
            terminal.KeysOnly(false);
            terminal.Error.Write('\n');
        }
    }

    private static string ReadKeys(Func<Key> readKey, TextWriter echo)
    {
        var answer = new StringBuilder();
        while (true)
        {
            switch (readKey())
            {
                case { Kind: KeyKind.Enter }:
                    return answer.ToString();
                case { Kind: KeyKind.Control, Text: 'c' or 'd' }:
                    throw new OperationCanceledException();
                case { Kind: KeyKind.Backspace } when answer.Length > 0:
                    answer.Length--;
                    echo.Write("\b \b");
                    break;
                case { Kind: KeyKind.Text, Text: var c }:
                    answer.Append(c);
                    echo.Write(SafeText.Escape(c.ToString()));
                    break;
            }

            echo.Flush();
        }
    }
}
