// How RapidCheck makes steps of a script.
#ifndef YPP_TESTS_CRDT_ARBITRARY_STEP_H_
#define YPP_TESTS_CRDT_ARBITRARY_STEP_H_

#include <rapidcheck.h>

#include "tests/crdt/edit_script.h"

namespace rc {

template <>
struct Arbitrary<ypp::ScriptStep> {
  static Gen<ypp::ScriptStep> arbitrary() {
    const auto number = gen::inRange<uint32_t>(0, 1000);
    return gen::build<ypp::ScriptStep>(
        gen::set(&ypp::ScriptStep::replica, gen::inRange<uint32_t>(0, ypp::kScriptReplicas)),
        gen::set(&ypp::ScriptStep::action, number), gen::set(&ypp::ScriptStep::place, number),
        gen::set(&ypp::ScriptStep::index, number), gen::set(&ypp::ScriptStep::amount, number));
  }
};

}  // namespace rc

#endif  // YPP_TESTS_CRDT_ARBITRARY_STEP_H_
