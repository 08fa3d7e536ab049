namespace Jumpgate.Sockmap.Automata;

/// <summary>An automaton given as a function.</summary>
/// <typeparam name="TState">Compared by value.</typeparam>
internal interface IByteMachine<TState>
    where TState : notnull
{
    TState Dead { get; }

    TState Start { get; }

    ByteClasses Classes { get; }

    /// <summary>What reaching the state means, or null where it means nothing by itself.</summary>
    Outcome? OutcomeOf(TState state);

    TState Next(TState state, byte value);
}
