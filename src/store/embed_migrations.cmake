# Writes the scripts NNNN_name.sql of the folder SCRIPTS into the C++ file OUTPUT, in order, as store::migrations().
file(GLOB scripts "${SCRIPTS}/*.sql")
list(SORT scripts)

set(rows "")
foreach(script IN LISTS scripts)
  get_filename_component(name "${script}" NAME_WE)
  if(NOT name MATCHES "^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$")
    message(FATAL_ERROR "A migration is named NNNN_name.sql, this one is not: ${script}")
  endif()
  string(SUBSTRING "${name}" 0 4 number)
  string(REGEX REPLACE "^0+" "" number "${number}")
  file(READ "${script}" text)
  string(APPEND rows "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "#include \"store/migrations.h\"

namespace signet::store {
namespace {
constexpr sql::Migration kMigrations[] = {
${rows}};
}  // namespace

std::span<const sql::Migration> migrations() { return kMigrations; }

}  // namespace signet::store
")
