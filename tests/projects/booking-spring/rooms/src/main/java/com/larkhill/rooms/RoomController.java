package com.larkhill.rooms;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.*;

@RestController
class RoomController {
  private final JdbcTemplate jdbc;

  RoomController(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  @GetMapping("/api/rooms")
  List<String> free(@RequestParam int beds) {
    return jdbc.queryForList("SELECT name FROM rooms WHERE beds >= ? LIMIT 100", String.class, beds);
  }
}
