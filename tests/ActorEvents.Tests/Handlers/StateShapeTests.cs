using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ActorEvents.Handlers;

namespace ActorEvents.Tests.Handlers;

/// <summary>Two types have one shape if what was written as the one is read as the same value of the other.</summary>
public sealed class StateShapeTests
{
    private enum Level
    {
        Low,
        High,
    }

    private enum Turned
    {
        High,
        Low,
    }

    public static TheoryData<Type, Type> Same => new()
    {
        { typeof(Wallet), typeof(Purse) },
        { typeof(Wallet), typeof(WithComputed) },
        { typeof(Wallet), typeof(Swapped) },
        { typeof(ImmutableList<int>), typeof(int[]) },
        { typeof(Tree), typeof(Tree) },
    };

    public static TheoryData<Type, Type> Others => new()
    {
        { typeof(Wallet), typeof(RenamedMember) },
        { typeof(Wallet), typeof(OneMore) },
        { typeof(Wallet), typeof(OneLess) },
        { typeof(Wallet), typeof(AnotherType) },
        { typeof(Wallet), typeof(OtherName) },
        { typeof(Holder<Wallet>), typeof(Holder<OneMore>) },
        { typeof(ImmutableList<Wallet>), typeof(ImmutableList<OneMore>) },
        { typeof(ImmutableDictionary<string, Wallet>), typeof(ImmutableDictionary<string, OneMore>) },
        { typeof(Holder<Level>), typeof(Holder<Turned>) },
        { typeof(Figure), typeof(FigureOfOthers) },
        { typeof(int), typeof(long) },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void What_is_only_called_otherwise_or_computed_is_the_same(Type before, Type now) => Assert.Equal(StateShape.Of(before), StateShape.Of(now));

    [Theory]
    [MemberData(nameof(Others))]
    public void What_would_be_read_as_another_value_is_another(Type before, Type now) => Assert.NotEqual(StateShape.Of(before), StateShape.Of(now));

    /// <summary>It stands in snapshots: if it changes of itself, every entity is rebuilt.</summary>
    [Fact]
    public void It_stays_what_it_is() => Assert.Equal(("63d0c9cfb21dae69", "7367bc963ec35088"), (StateShape.Of(typeof(Wallet)), StateShape.Of(typeof(Holder<Level>))));

    private sealed record Wallet(int Balance, string Owner);

    private sealed record Purse(int Balance, string Owner);

    private sealed record Swapped(string Owner, int Balance);

    private sealed record WithComputed(int Balance, string Owner)
    {
        public bool IsEmpty => Balance == 0;
    }

    private sealed record RenamedMember(int Amount, string Owner);

    private sealed record OneMore(int Balance, string Owner, int Limit);

    private sealed record OneLess(int Balance);

    private sealed record AnotherType(decimal Balance, string Owner);

    private sealed record OtherName([property: JsonPropertyName("b")] int Balance, string Owner);

    private sealed record Holder<T>(T Value);

    private sealed record Tree(int Value, ImmutableList<Tree> Children);

    [JsonDerivedType(typeof(Dot), "dot")]
    private abstract record Figure;

    private sealed record Dot(int At) : Figure;

    [JsonDerivedType(typeof(Point), "point")]
    private abstract record FigureOfOthers;

    private sealed record Point(int At) : FigureOfOthers;
}
