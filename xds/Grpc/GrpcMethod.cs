using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Grpc;

/// <summary>One method of a service: its name, and what runs a call of it.</summary>
public sealed class GrpcMethod
{
    internal GrpcMethod(string name, Func<HttpContext, GrpcOptions, ILogger, Task> run)
    {
        Name = name;
        Run = run;
    }

    public string Name { get; }

    internal Func<HttpContext, GrpcOptions, ILogger, Task> Run { get; }
}
