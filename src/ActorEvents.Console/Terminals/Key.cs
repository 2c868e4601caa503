namespace ActorEvents.Aectl.Terminals;

internal enum KeyKind
{
    Text,
    Enter,
    Tab,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    Escape,

    /// <summary>Ctrl and the letter in <see cref="Key.Text"/>, in lower case.</summary>
    Control,

    /// <summary>Nothing that the editor knows.</summary>
    Other,
}

/// <summary>One stroke; a text is what it types, which may be half a surrogate pair.</summary>
internal readonly record struct Key(KeyKind Kind, char Text = '\0')
{
    public static Key Control(char letter) => new(KeyKind.Control, letter);

    public static Key From(ConsoleKeyInfo key) => key switch
    {
        { Key: ConsoleKey.Enter } or { KeyChar: '\r' or '\n' } => new(KeyKind.Enter),
        { Key: ConsoleKey.Tab } => new(KeyKind.Tab),
        { Key: ConsoleKey.Backspace } => new(KeyKind.Backspace),
        { Key: ConsoleKey.Delete } => new(KeyKind.Delete),
        { Key: ConsoleKey.LeftArrow } => new(KeyKind.Left),
        { Key: ConsoleKey.RightArrow } => new(KeyKind.Right),
        { Key: ConsoleKey.UpArrow } => new(KeyKind.Up),
        { Key: ConsoleKey.DownArrow } => new(KeyKind.Down),
        { Key: ConsoleKey.Home } => new(KeyKind.Home),
        { Key: ConsoleKey.End } => new(KeyKind.End),
        { Key: ConsoleKey.Escape } => new(KeyKind.Escape),
        { Modifiers: ConsoleModifiers.Control, Key: >= ConsoleKey.A and <= ConsoleKey.Z } => Control((char)('a' + (key.Key - ConsoleKey.A))),
        { KeyChar: > '\0' and < ' ' } => Control((char)('a' + key.KeyChar - 1)),
        { KeyChar: '\0' } => new(KeyKind.Other),
        _ => new(KeyKind.Text, key.KeyChar),
    };
}
