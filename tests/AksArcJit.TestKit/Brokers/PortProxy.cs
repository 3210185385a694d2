using System.Reflection;

namespace AksArcJit.TestKit.Brokers;

/// <summary>Passed before and after every call through a guarded port; may throw, and then the call failed there.</summary>
public interface IMoment
{
    void Pass();
}

public static class Moments
{
    /// <summary>The same port, with the moment before and after every call.</summary>
    public static TPort Guard<TPort>(this IMoment moment, TPort port)
        where TPort : class
    {
        var proxy = DispatchProxy.Create<TPort, PortProxy>();
        ((PortProxy)(object)proxy).Bind(port, moment);
        return proxy;
    }
}

/// <summary>Calls through, passing the moment before and after.</summary>
public class PortProxy : DispatchProxy
{
    private object _port = null!;
    private IMoment _moment = null!;

    public void Bind(object port, IMoment moment) => (_port, _moment) = (port, moment);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = targetMethod!;
        if (!method.ReturnType.IsAssignableTo(typeof(Task)))
            return Call(method, args);
        if (!method.ReturnType.IsGenericType)
            return PassAsync(method, args);
        return typeof(PortProxy).GetMethod(nameof(PassForAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(method.ReturnType.GenericTypeArguments[0]).Invoke(this, [method, args]);
    }

    private async Task PassAsync(MethodInfo method, object?[]? args)
    {
        _moment.Pass();
        await (Task)Call(method, args)!;
        _moment.Pass();
    }

    private async Task<T> PassForAsync<T>(MethodInfo method, object?[]? args)
    {
        _moment.Pass();
        var result = await (Task<T>)Call(method, args)!;
        _moment.Pass();
        return result;
    }

    // What the port throws comes out as it is.
    private object? Call(MethodInfo method, object?[]? args) => method.Invoke(_port, BindingFlags.DoNotWrapExceptions, null, args, null);
}
