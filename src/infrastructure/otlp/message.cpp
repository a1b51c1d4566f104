#include "infrastructure/otlp/message.hpp"

#include <protozero/pbf_reader.hpp>

#include "domain/base/overloaded.hpp"

namespace hotswap::otlp {
namespace {

using protozero::pbf_writer;

void add_value(pbf_writer& out, protozero::pbf_tag_type field, const tracing::Value& value) {
  pbf_writer any(out, field);
  std::visit(Overloaded{[&](const std::string& text) { any.add_string(1, text); },
                        [&](bool flag) { any.add_bool(2, flag); },
                        [&](std::int64_t number) { any.add_int64(3, number); },
                        [&](double number) { any.add_double(4, number); }},
             value.value());
}

Accepted read_partial(protozero::pbf_reader in) {
  Accepted accepted;
  while (in.next()) {
    if (in.tag() == 1 && in.wire_type() == protozero::pbf_wire_type::varint)
      accepted.rejected = static_cast<std::uint64_t>(std::max<std::int64_t>(0, in.get_int64()));
    else if (in.tag() == 2 && in.wire_type() == protozero::pbf_wire_type::length_delimited)
      accepted.message = in.get_string();
    else
      in.skip();
  }
  return accepted;
}

}  // namespace

void add_attributes(pbf_writer& out, protozero::pbf_tag_type field,
                    const tracing::Attributes& attributes) {
  for (const auto& attribute : attributes) {
    pbf_writer pair(out, field);
    pair.add_string(1, attribute.key);
    add_value(pair, 2, attribute.value);
  }
}

void add_resource(pbf_writer& out, const Source& source) {
  pbf_writer resource(out, 1);
  add_attributes(resource, 1, source.resource);
}

void add_scope(pbf_writer& out, const Source& source) {
  pbf_writer scope(out, 1);
  scope.add_string(1, source.scope);
  if (!source.version.empty()) scope.add_string(2, source.version);
}

std::uint64_t nanoseconds(tracing::Instant time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.time_since_epoch().count()));
}

Accepted read_response(std::string_view body) {
  try {
    protozero::pbf_reader in(body.data(), body.size());
    while (in.next())
      if (in.tag() == 1 && in.wire_type() == protozero::pbf_wire_type::length_delimited)
        return read_partial(in.get_message());
      else
        in.skip();
  } catch (const protozero::exception&) {  // protozero throws on what is no protobuf
  }
  return {};
}

}  // namespace hotswap::otlp
