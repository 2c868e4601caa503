using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>Lines from the keys of a terminal.</summary>
/// <param name="complete">From the words before the cursor to what may stand there.</param>
internal sealed class LineReader(Terminal terminal, Func<Key> readKey, History history, Func<IReadOnlyList<string>, IReadOnlyList<string>> complete)
{
    /// <summary>Null: the user goes.</summary>
    public string? Read(string prompt)
    {
        terminal.KeysOnly(true);
        try
        {
            return Edit(prompt);
        }
        finally
        {
            terminal.KeysOnly(false);
        }
    }

    private string? Edit(string prompt)
    {
        var editor = new LineEditor(history.Lines);
        while (true)
        {
            if (!terminal.KeyWaiting())
            {
                terminal.Error.Write(LineView.Draw(editor.SearchPrompt ?? prompt, editor.Text, editor.Cursor, terminal.Width()));
                terminal.Error.Flush();
            }

            switch (editor.Apply(readKey()))
            {
                case LineOutcome.Accepted:
                    terminal.Error.Write(LineView.Draw(prompt, editor.Text, editor.Cursor, terminal.Width()) + "\r\n");
                    return editor.Text;
                case LineOutcome.Interrupted:
                    terminal.Error.Write("^C\r\n");
                    return "";
                case LineOutcome.EndOfInput:
                    terminal.Error.Write("\r\n");
                    return null;
                case LineOutcome.ClearScreen:
                    terminal.Error.Write("\e[H\e[2J");
                    break;
                case LineOutcome.Completion:
                    Complete(editor);
                    break;
            }
        }
    }

    private void Complete(LineEditor editor)
    {
        var before = editor.Text[..editor.Cursor];
        var words = ShellLine.ReadUnfinished(before);
        var values = complete(words).Select(ShellLine.Quote).ToList();
        var choices = editor.Complete(WrittenLength(before, words[^1]), values);
        if (choices.Count > 0)
        {
            terminal.Error.Write($"\r\n{string.Join("  ", choices.Take(50).Select(SafeText.Escape))}\r\n");
        }
    }

    /// <summary>How long the last word is as it is written: the shortest end of the line that reads as that word.</summary>
    private static int WrittenLength(string before, string word)
    {
        for (var length = word.Length; length < before.Length; length++)
        {
            if (char.IsWhiteSpace(before[^(length + 1)]) && ShellLine.ReadUnfinished(before[^length..]) is [var only] && only == word)
            {
                return length;
            }
        }

        return before.Length;
    }
}
