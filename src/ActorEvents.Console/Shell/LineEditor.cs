using System.Text;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

internal enum LineOutcome
{
    Editing,

    /// <summary>The line is done.</summary>
    Accepted,

    /// <summary>Ctrl+C: the line is thrown away.</summary>
    Interrupted,

    /// <summary>Ctrl+D on an empty line.</summary>
    EndOfInput,

    /// <summary>Tab: what may stand at the cursor is wanted; <see cref="LineEditor.Complete"/> takes it.</summary>
    Completion,

    ClearScreen,
}

/// <summary>A line as it is written: what each key does to text and cursor. No terminal, no clock.</summary>
/// <param name="history">Former lines, the oldest first.</param>
internal sealed class LineEditor(IReadOnlyList<string> history)
{
    private readonly StringBuilder _text = new();
    private int _recalled = history.Count;
    private string _draft = "";
    private HistorySearch? _search;

    public string Text => _text.ToString();

    /// <summary>In characters, 0 before the first.</summary>
    public int Cursor { get; private set; }

    /// <summary>What stands in the prompt's place during a search; null: none is under way.</summary>
    public string? SearchPrompt => _search?.Prompt;

    public LineOutcome Apply(Key key)
    {
        if (_search is not null && Searched(key))
        {
            return LineOutcome.Editing;
        }

        switch (key)
        {
            case { Kind: KeyKind.Enter }:
                return LineOutcome.Accepted;
            case { Kind: KeyKind.Tab }:
                return LineOutcome.Completion;
            case { Kind: KeyKind.Control, Text: 'c' }:
                return LineOutcome.Interrupted;
            case { Kind: KeyKind.Control, Text: 'd' } when _text.Length == 0:
                return LineOutcome.EndOfInput;
            case { Kind: KeyKind.Control, Text: 'l' }:
                return LineOutcome.ClearScreen;
            case { Kind: KeyKind.Text }:
                _text.Insert(Cursor++, key.Text);
                break;
            case { Kind: KeyKind.Backspace } or { Kind: KeyKind.Control, Text: 'h' }:
                Remove(Before(Cursor), Cursor);
                break;
            case { Kind: KeyKind.Delete } or { Kind: KeyKind.Control, Text: 'd' }:
                Remove(Cursor, After(Cursor));
                break;
            case { Kind: KeyKind.Left } or { Kind: KeyKind.Control, Text: 'b' }:
                Cursor = Before(Cursor);
                break;
            case { Kind: KeyKind.Right } or { Kind: KeyKind.Control, Text: 'f' }:
                Cursor = After(Cursor);
                break;
            case { Kind: KeyKind.Home } or { Kind: KeyKind.Control, Text: 'a' }:
                Cursor = 0;
                break;
            case { Kind: KeyKind.End } or { Kind: KeyKind.Control, Text: 'e' }:
                Cursor = _text.Length;
                break;
            case { Kind: KeyKind.Up } or { Kind: KeyKind.Control, Text: 'p' }:
                Recall(_recalled - 1);
                break;
            case { Kind: KeyKind.Down } or { Kind: KeyKind.Control, Text: 'n' }:
                Recall(_recalled + 1);
                break;
            case { Kind: KeyKind.Control, Text: 'u' }:
                Remove(0, Cursor);
                break;
            case { Kind: KeyKind.Control, Text: 'k' }:
                Remove(Cursor, _text.Length);
                break;
            case { Kind: KeyKind.Control, Text: 'w' }:
                Remove(WordBefore(), Cursor);
                break;
            case { Kind: KeyKind.Control, Text: 'r' }:
                _search = new HistorySearch(history, Text);
                break;
        }

        return LineOutcome.Editing;
    }

    /// <summary>Replaces the word before the cursor by what all values have in common.</summary>
    /// <param name="word">The word as it is written, quotes and all; its characters before the cursor.</param>
    /// <param name="values">Words as they must be written.</param>
    /// <returns>What is to choose from, if nothing could be added.</returns>
    public IReadOnlyList<string> Complete(int word, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return [];
        }

        var common = values.Aggregate((a, b) => a[..a.AsSpan().CommonPrefixLength(b)]);
        var typed = _text.ToString(Cursor - word, word);
        var done = values.Count == 1 && !common.EndsWith('=');
        if (common.Length <= typed.Length && !done)
        {
            return values;
        }

        Remove(Cursor - word, Cursor);
        var put = done ? $"{common} " : common;
        _text.Insert(Cursor, put);
        Cursor += put.Length;
        return [];
    }

    private bool Searched(Key key)
    {
        if (_search!.Apply(key) is not { } found)
        {
            Set(_search.Found ?? Text);
            return true;
        }

        _search = null;
        Set(found);
        return key.Kind is KeyKind.Escape or KeyKind.Control && key.Text is '\0' or 'g';
    }

    private void Recall(int index)
    {
        if (index < 0 || index > history.Count)
        {
            return;
        }

        _draft = _recalled == history.Count ? Text : _draft;
        _recalled = index;
        Set(index == history.Count ? _draft : history[index]);
    }

    private void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = _text.Length;
    }

    private void Remove(int from, int to)
    {
        _text.Remove(from, to - from);
        Cursor = from;
    }

    private int Before(int at) => at >= 2 && char.IsLowSurrogate(_text[at - 1]) && char.IsHighSurrogate(_text[at - 2]) ? at - 2 : Math.Max(0, at - 1);

    private int After(int at) => at + 1 < _text.Length && char.IsHighSurrogate(_text[at]) && char.IsLowSurrogate(_text[at + 1]) ? at + 2 : Math.Min(_text.Length, at + 1);

    private int WordBefore()
    {
        var at = Cursor;
        while (at > 0 && char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        while (at > 0 && !char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        return at;
    }
}
