// Events as cases write them.
#ifndef YPP_TESTS_EVAL_EVENT_JSON_H_
#define YPP_TESTS_EVAL_EVENT_JSON_H_

#include <string>

#include "crdt/doc.h"
#include "crdt/event.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

// {root, path, target, delta?, keys?}. `root`: the name of the observed root.
Json EventJson(const std::string& root, const Event& event);

// {subdocs: {added, removed, loaded}}: sorted guids.
Json SubdocsJson(const SubdocsEvent& event);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_EVENT_JSON_H_
