#include "crdt/doc.h"

#include <utility>

#include "codec/check.h"
#include "crdt/apply_update.h"
#include "crdt/doc_state.h"
#include "crdt/encode_state.h"
#include "crdt/values.h"

namespace ypp {

using internal::DocState;

Doc::Doc(DocOptions options) : state_(std::make_unique<DocState>(std::move(options))) {}
Doc::~Doc() = default;
Doc::Doc(Doc&&) noexcept = default;
Doc& Doc::operator=(Doc&&) noexcept = default;

ClientId Doc::client_id() const { return state_->options.client_id; }

void Doc::set_client_id(ClientId client) {
  YPP_CHECK(client <= kMaxClientId);
  state_->options.client_id = client;
  state_->own_client = internal::kNoIndex;
  state_->typing_spot = {};
}

Text Doc::GetText(std::string_view name) { return Text(GetRoot(name, TypeKind::kText)); }
Array Doc::GetArray(std::string_view name) { return Array(GetRoot(name, TypeKind::kArray)); }
Map Doc::GetMap(std::string_view name) { return Map(GetRoot(name, TypeKind::kMap)); }

XmlFragment Doc::GetXmlFragment(std::string_view name) {
  return XmlFragment(GetRoot(name, TypeKind::kXmlFragment));
}

XmlElement Doc::GetXmlElement(std::string_view name) {
  return XmlElement(GetRoot(name, TypeKind::kXmlElement));
}

XmlText Doc::GetXmlText(std::string_view name) {
  return XmlText(GetRoot(name, TypeKind::kXmlText));
}

SharedType Doc::GetRoot(std::string_view name, TypeKind kind) {
  const internal::TypeIndex index = state_->types.FindOrAddRoot(state_->strings.Intern(name));
  const internal::TypeRecord& type = state_->types[index];
  if (type.kind == TypeKind::kUntyped && kind != TypeKind::kUntyped) state_->GiveKind(index, kind);
  if (type.kind != kind && kind != TypeKind::kUntyped) return SharedType();
  return SharedType(state_.get(), index, type.generation);
}

std::vector<std::string> Doc::RootNames() const {
  std::vector<std::string> names;
  for (const internal::TypeIndex index : state_->types.roots()) {
    names.emplace_back(state_->strings[state_->types[index].name]);
  }
  return names;
}

Any Doc::ToJson() const {
  Any::Object roots;
  for (const internal::TypeIndex index : state_->types.roots()) {
    const internal::TypeRecord& type = state_->types[index];
    if (type.kind == TypeKind::kUntyped) continue;
    roots.emplace_back(state_->strings[type.name],
                       internal::TypeToAny(SharedType(state_.get(), index, type.generation), 0));
  }
  return Any(std::move(roots));
}

absl::Status Doc::ApplyUpdate(codec::Bytes update, const Origin& origin, UpdateFormat format) {
  return internal::ApplyUpdate(*state_, update, codec::DialectOf(format), origin);
}

std::string Doc::EncodeUpdate(const StateVector& known, UpdateFormat format) const {
  return internal::EncodeState(*state_, known, codec::DialectOf(format));
}

StateVector Doc::GetStateVector() const { return internal::StateVectorOf(*state_); }

PendingInfo Doc::GetPending() const {
  PendingInfo info;
  info.missing_structs = state_->pending.structs.Missing();
  info.has_deletes = !state_->pending.deletes.empty();
  info.size_bytes = state_->pending.size_bytes();
  return info;
}

Subscription Doc::OnUpdate(std::function<void(const UpdateEvent&)> callback, UpdateFormat format) {
  auto& callbacks = format == UpdateFormat::kV1 ? state_->on_update_v1 : state_->on_update_v2;
  return callbacks.Add(std::move(callback));
}

Subscription Doc::OnBeforeAllTransactions(std::function<void()> callback) {
  return state_->on_before_all_transactions.Add(std::move(callback));
}
Subscription Doc::OnBeforeTransaction(TransactionCallback callback) {
  return state_->on_before_transaction.Add(std::move(callback));
}
Subscription Doc::OnBeforeObserverCalls(TransactionCallback callback) {
  return state_->on_before_observer_calls.Add(std::move(callback));
}
Subscription Doc::OnAfterTransaction(TransactionCallback callback) {
  return state_->on_after_transaction.Add(std::move(callback));
}
Subscription Doc::OnTransaction(TransactionCallback callback) {
  return state_->on_transaction.Add(std::move(callback));
}
Subscription Doc::OnAfterTransactionCleanup(TransactionCallback callback) {
  return state_->on_after_transaction_cleanup.Add(std::move(callback));
}
Subscription Doc::OnSubdocs(std::function<void(const SubdocsEvent&)> callback) {
  return state_->on_subdocs.Add(std::move(callback));
}
Subscription Doc::OnAfterAllTransactions(std::function<void()> callback) {
  return state_->on_after_all_transactions.Add(std::move(callback));
}

Transaction::Transaction(Doc& doc) : state_(doc.state()) { state_->Begin(nullptr, /*local=*/true); }

Transaction::Transaction(Doc& doc, const Origin& origin) : state_(doc.state()) {
  state_->Begin(&origin, /*local=*/true);
}

Transaction::~Transaction() { state_->End(); }

}  // namespace ypp
