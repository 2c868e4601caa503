using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ActorEvents.Events;
using ActorEvents.Handlers;
using Confluent.Kafka.Admin;

namespace ActorEvents.Tests.Handlers;

/// <summary>A balance of 201 was 1 after a restart: what JSON does not give back is refused when the handler is registered.</summary>
public sealed class StoredShapeTests
{
    [Fact]
    public void A_tuple_is_refused() => RefusedState((1, 2m), "ValueTuple<Int32, Decimal>", "take a record");

    [Fact]
    public void A_property_without_setter_is_refused() => RefusedState(new Account(), "Account.Balance", "set or init");

    [Fact]
    public void A_private_setter_is_refused() => RefusedState(new Closed(), "Closed.Balance", "public set or init");

    [Fact]
    public void A_field_is_refused() => RefusedEvent<Counter>("Counter.Count is a field", "public property");

    [Fact]
    public void A_private_field_is_refused() => RefusedState(new Hidden(), "Hidden._count is a field", "public property");

    [Fact]
    public void A_captured_parameter_is_refused() => RefusedState(new Captured(1), "Captured cannot be read back", "[JsonConverter]");

    [Fact]
    public void A_base_type_s_field_is_refused() => RefusedState(new Heir(1), "Counter.Count is a field", "public property");

    [Fact]
    public void A_base_type_without_discriminator_is_refused() => RefusedState<Shape>(new Circle(1), "Shape cannot be read back", "[JsonConverter]");

    [Fact]
    public void A_base_type_with_derived_records_is_refused() => RefusedState<Plain>(new Plain(1), "Plain is a base of Richer", "[JsonDerivedType(typeof(Richer), \"a-name\")] on Plain");

    [Fact]
    public void A_base_type_of_another_assembly_is_refused_if_one_is_derived_here() =>
        RefusedState(new TopicSpecification(), "TopicSpecification is a base of Wider", "[JsonDerivedType(typeof(Wider), \"a-name\")] on TopicSpecification");

    [Fact]
    public void A_derived_record_that_has_no_discriminator_is_refused() => RefusedState<Half>(new Told(1), "Half is a base of Untold", "[JsonDerivedType(typeof(Untold)");

    [Fact]
    public void A_member_s_type_is_looked_at_too() => RefusedState(new Outer([]), "Outer.parts: Account.Balance", "set or init");

    [Fact]
    public void An_object_member_is_refused() => RefusedState(new Loose(null), "Loose.any: object says no type", "declare a type");

    [Fact]
    public void A_collection_s_own_property_is_refused() => RefusedState(new Basket(), "Basket.Owner is not written", "in a record beside it");

    [Fact]
    public void A_stack_is_refused() => RefusedState(new Stack<int>(), "opposite order", "take a list");

    [Fact]
    public void A_key_of_several_parts_is_refused() => RefusedState(new Dictionary<Told, int>(), "is no key that JSON has", "as the key");

    [Fact]
    public void A_collection_that_cannot_be_filled_is_refused() => RefusedState(new int[1, 1], "cannot be read back", "[JsonConverter]");

    [Fact]
    public void A_constructor_whose_parameters_are_no_properties_is_refused() => RefusedState(new Renamed(1), "Renamed cannot be read back", "[JsonConverter]");

    [Fact]
    public void An_initial_state_that_comes_back_as_another_is_refused() => RefusedState(new Growing(0), "{\"count\":1} comes back as {\"count\":2}", "what it is given");

    [Fact]
    public void State_events_are_looked_at_as_well()
    {
        RefusedEvent<(int, int)>("The state event 'e' of handler 'h' would not survive the journal", "take a record");
        RefusedEvent<Account>("Account.Balance", "set or init");
        RefusedEvent<Shape>("Shape is abstract", "each derived type under a manifest of its own");
    }

    [Fact]
    public void What_comes_back_whole_is_taken_and_so_is_what_says_that_it_may_be_lost()
    {
        Taken(new Computed(1, ImmutableList<string>.Empty));
        Taken(new Marked(1) { Seen = 2 });
        Taken(new Filled());
        Taken(new KeyValuePair<string, int>("a", 1));
        Taken(Tuple.Create(1, "a"));
        Taken<IReadOnlyDictionary<string, Told?>>(new Dictionary<string, Told?> { ["a"] = new(1), ["b"] = null });
        Taken(new Tree(1, [new Tree(2, [])]));
        Taken("text");
        new HandlerRegistration<(int, int)>("h", new Still<(int, int)>((0, 0)), 1_024).WithDurability(Durability.None).Build();

        // Each of them is stored under its own manifest, as itself.
        new HandlerRegistration<int>("h", new Still<int>(0), 1_024).StateEvent<Plain>("plain").StateEvent<Richer>("richer").Build();
    }

    [Fact]
    public void A_state_with_a_discriminator_comes_back_as_the_derived_record_that_it_was()
    {
        var handler = new HandlerRegistration<Figure>("h", new Still<Figure>(new Dot(1)), 1_024).Build();

        Assert.Equal(new Line(2, 3), handler.Codec.Decode(handler.EncodeState(new Line(2, 3))));
        Assert.Equal(new Dot(4), handler.Codec.Decode(handler.EncodeState(new Dot(4))));
    }

    private static void RefusedState<T>(T initial, string problem, string cure)
        where T : notnull
    {
        var refusal = Assert.Throws<ArgumentException>(() => new HandlerRegistration<T>("h", new Still<T>(initial), 1_024).Build()).Message;
        Assert.StartsWith("The state of handler 'h' would not survive the journal: ", refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
        Assert.Contains(cure, refusal, StringComparison.Ordinal);
    }

    private static void RefusedEvent<T>(string problem, string cure)
        where T : notnull
    {
        var refusal = Assert.Throws<ArgumentException>(() => new HandlerRegistration<int>("h", new Still<int>(0), 1_024).StateEvent<T>("e").Build()).Message;
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
        Assert.Contains(cure, refusal, StringComparison.Ordinal);
    }

    private static void Taken<T>(T initial)
        where T : notnull => new HandlerRegistration<T>("h", new Still<T>(initial), 1_024).Build();

    private sealed class Still<T>(T initial) : IEventHandler<T>
        where T : notnull
    {
        public T Initial => initial;

        public Decision Handle(T state, EventEnvelope envelope) => Decision.Nothing;

        public T Apply(T state, object stateEvent) => state;
    }

    private sealed class Wider : TopicSpecification
    {
        public int More { get; set; }
    }

    private sealed class Account
    {
        public int Balance { get; } = 1;
    }

    private sealed class Closed
    {
        public int Balance { get; private set; } = 1;

        public void Add() => Balance++;
    }

    private class Counter
    {
        public int Count = 1;
    }

    private sealed class Heir(int more) : Counter
    {
        public int More { get; } = more;
    }

    private sealed class Hidden
    {
        private int _count = 1;

        public int Next() => _count++;
    }

    private sealed class Captured(int start)
    {
        public int Next() => start;
    }

    private abstract record Shape;

    private sealed record Circle(int Radius) : Shape;

    private record Plain(int A);

    private sealed record Richer(int A, int B) : Plain(A);

    [JsonDerivedType(typeof(Told), "told")]
    private abstract record Half;

    private sealed record Told(int A) : Half;

    private sealed record Untold(int A) : Half;

    [JsonDerivedType(typeof(Dot), "dot")]
    [JsonDerivedType(typeof(Line), "line")]
    private abstract record Figure;

    private sealed record Dot(int At) : Figure;

    private sealed record Line(int From, int To) : Figure;

    private sealed record Outer(ImmutableList<Account> Parts);

    private sealed record Loose(object? Any);

    private sealed class Basket : List<int>
    {
        public string Owner { get; set; } = "";
    }

    private sealed class Renamed(int start)
    {
        public int Count { get; set; } = start;
    }

    private sealed class Growing(int count)
    {
        public int Count { get; } = count + 1;
    }

    private sealed record Computed(int Count, ImmutableList<string> Names)
    {
        public bool IsEmpty => Count == 0;
    }

    private sealed record Marked(int Count)
    {
        [JsonIgnore]
        private int _cached = 1;

        [JsonIgnore]
        public int Seen { get => _cached; set => _cached = value; }
    }

    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    private sealed class Filled
    {
        public List<int> Items { get; } = [];
    }

    private sealed record Tree(int Value, ImmutableList<Tree> Children);
}
