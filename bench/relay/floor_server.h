// What no server can do without, to see how much of a server's figure is the system's: reads what
// comes, and hands it to the others of the document in as few calls as can be. It acknowledges at
// once, keeps nothing and checks nothing. Trusts the load generator; not for use elsewhere.
#ifndef YPP_BENCH_RELAY_FLOOR_SERVER_H_
#define YPP_BENCH_RELAY_FLOOR_SERVER_H_

namespace ypp::bench {

// On 127.0.0.1, at a port that it prints. Does not return.
[[noreturn]] void RunFloorServer();

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_FLOOR_SERVER_H_
