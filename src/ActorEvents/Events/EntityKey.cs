namespace ActorEvents.Events;

/// <summary>The key of an entity: text taken as it stands and compared ordinally; nothing is trimmed, folded or normalised. It may be empty.</summary>
public readonly record struct EntityKey(string Value)
{
    public bool Equals(EntityKey other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;
}
