// A state record: everything a case records about a document at one moment.
#ifndef YPP_TESTS_EVAL_STATE_RECORD_H_
#define YPP_TESTS_EVAL_STATE_RECORD_H_

#include "crdt/doc.h"
#include "tests/eval/answer.h"
#include "tests/eval/json_access.h"
#include "tests/eval/roots.h"

namespace ypp::eval {

// {sv, v1, v2, snapV1, snapV2, pending}: what can be said without opening a root.
Any::Object TakeEncodings(const Doc& doc, const WriteBytes& write);

// The same with `roots`, which are opened after the encodings are taken.
Json TakeState(Doc& doc, const Roots& roots, Answer& answer);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_STATE_RECORD_H_
